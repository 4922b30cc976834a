using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>A user in the host's name service (getpwnam(3), getspnam(3)).</summary>
/// <param name="Name">Login name.</param>
/// <param name="UserId">The user id.</param>
/// <param name="GroupId">The id of the primary group.</param>
/// <param name="Home">Home directory.</param>
/// <param name="Shell">Login shell; empty for the default one.</param>
/// <param name="HashedPassword">The password hash of crypt(5); null when there is none or it may not be read.</param>
public sealed record UserEntry(string Name, uint UserId, uint GroupId, string Home, string Shell, string? HashedPassword)
{
    /// <summary>The effective user: the owner of created files.</summary>
    public static uint EffectiveUserId => Libc.EffectiveUserId();

    private const int LargestEntry = 1 << 20;

    /// <summary>Looks a user up by name; null when there is none.</summary>
    /// <exception cref="LinuxException">The name service failed.</exception>
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
            // Only root may read the shadow database.
            return Libc.GetShadow(name, &entry, bytes, (nuint)size, &found) == 0 && found is not null && Text(entry.Hashed) is ['$', ..] hashed ? hashed : null;
        }
    }

    private static unsafe string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
