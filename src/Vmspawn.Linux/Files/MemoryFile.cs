using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Bytes as a file without a name, to hand to a child (memfd_create(2)).</summary>
public static class MemoryFile
{
    /// <summary>Creates a read-only file at offset 0.</summary>
    /// <param name="name">What /proc shows; at most 249 bytes.</param>
    /// <param name="content">All of the file.</param>
    /// <exception cref="LinuxException">No memory or descriptors are left, or /proc is not there.</exception>
    public static SafeFileHandle Create(string name, ReadOnlySpan<byte> content)
    {
        using var writable = Libc.MemoryFileCreate(name, Libc.MFD_CLOEXEC);
        if (writable.IsInvalid)
            throw LinuxException.Last("memfd_create", name);
        while (!content.IsEmpty)
            content = content[DescriptorIo.Write(writable, content)..];
        // Opened anew: the writable description must not be reachable through the one handed out.
        return OpenFile.Open($"/proc/self/fd/{writable.DangerousGetHandle()}", writable: false);
    }
}
