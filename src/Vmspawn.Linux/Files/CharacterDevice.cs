using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>A character device by its numbers (Documentation/admin-guide/devices.txt of Linux).</summary>
/// <param name="Major">Its driver's number.</param>
/// <param name="Minor">Its own.</param>
public readonly record struct CharacterDevice(uint Major, uint Minor)
{
    /// <summary>Major number of devices that have one minor number each.</summary>
    private const uint Miscellaneous = 10;

    /// <summary><c>/dev/kvm</c>.</summary>
    public static CharacterDevice Kvm { get; } = new(Miscellaneous, 232);

    /// <summary><c>/dev/vhost-vsock</c>.</summary>
    public static CharacterDevice VhostVsock { get; } = new(Miscellaneous, 241);

    /// <summary>The device that an open file is, or null when it is another sort of file.</summary>
    /// <exception cref="LinuxException">The query failed.</exception>
    public static unsafe CharacterDevice? Of(SafeHandle file)
    {
        Libc.StatXBuffer found;
        if (Libc.StatX(file, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &found) != 0)
            throw LinuxException.Last("statx");
        return (found.Mode & Libc.S_IFMT) == Libc.S_IFCHR ? new CharacterDevice(found.SpecialMajor, found.SpecialMinor) : null;
    }
}
