using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>A user of this host as its name service knows it (getpwnam(3), getspnam(3)).</summary>
/// <param name="Name">Login name.</param>
/// <param name="UserId">Its number.</param>
/// <param name="GroupId">Of its primary group.</param>
/// <param name="Home">Home directory.</param>
/// <param name="Shell">Login shell; empty for the default one.</param>
/// <param name="HashedPassword">The password as crypt(5) hashed it; null where there is none, or where we may not know it.</param>
public sealed record UserEntry(string Name, uint UserId, uint GroupId, string Home, string Shell, string? HashedPassword)
{
    /// <summary>Whom we act as: the owner of what we make.</summary>
    public static uint EffectiveUserId => Libc.EffectiveUserId();

    private const int LargestEntry = 1 << 20;

    /// <summary>Looks a user up by name; null when there is none.</summary>
    /// <exception cref="LinuxException">The name service does not answer.</exception>
    public static unsafe UserEntry? Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        for (var size = 4096; ; size *= 4)
        {
            var buffer = new byte[size];
            fixed (byte* bytes = buffer)
            {
                Libc.Password entry;
                Libc.Password* found;
                var error = (Errno)Libc.GetPassword(name, &entry, bytes, (nuint)size, &found);
                if (error == Errno.ERANGE && size < LargestEntry)
                    continue;
                if (error is not (0 or Errno.ENOENT))
                    throw new LinuxException("getpwnam", name, error);
                return found is null
                    ? null
                    : new UserEntry(Text(entry.Name), entry.UserId, entry.GroupId, Text(entry.Home), Text(entry.Shell), Shadow(name, size));
            }
        }
    }

    private static unsafe string? Shadow(string name, int size)
    {
        var buffer = new byte[size];
        fixed (byte* bytes = buffer)
        {
            Libc.ShadowPassword entry;
            Libc.ShadowPassword* found;
            // Most may not read it, and need not.
            return Libc.GetShadow(name, &entry, bytes, (nuint)size, &found) == 0 && found is not null && Text(entry.Hashed) is ['$', ..] hashed ? hashed : null;
        }
    }

    private static unsafe string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
