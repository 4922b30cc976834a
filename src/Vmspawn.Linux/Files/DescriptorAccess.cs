using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>The access mode of an open descriptor (fcntl(2), F_GETFL).</summary>
/// <param name="CanRead">It can be read from.</param>
/// <param name="CanWrite">It can be written to.</param>
public readonly record struct DescriptorAccess(bool CanRead, bool CanWrite)
{
    /// <summary>Queries the access mode. A descriptor opened with O_PATH has neither.</summary>
    /// <exception cref="LinuxException">The query failed.</exception>
    public static DescriptorAccess Of(SafeHandle file)
    {
        var flags = Libc.FileControl(file, Libc.F_GETFL, 0);
        if (flags < 0)
            throw LinuxException.Last("fcntl(F_GETFL)");
        if ((flags & Libc.O_PATH) != 0)
            return default;
        var mode = flags & Libc.O_ACCMODE;
        return new DescriptorAccess(mode != Libc.O_WRONLY, mode != Libc.O_RDONLY);
    }
}
