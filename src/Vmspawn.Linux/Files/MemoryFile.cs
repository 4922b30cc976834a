using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Bytes as an anonymous file, to pass to a child (memfd_create(2)).</summary>
public static class MemoryFile
{
    /// <summary>Creates a read-only file at offset 0.</summary>
    /// <param name="name">The name shown in /proc; at most 249 bytes.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="LinuxException">No memory or descriptors are left, or /proc is not mounted.</exception>
    public static SafeFileHandle Create(string name, ReadOnlySpan<byte> content)
    {
        using var writable = Libc.MemoryFileCreate(name, Libc.MFD_CLOEXEC);
        if (writable.IsInvalid)
            throw LinuxException.Last("memfd_create", name);
        while (!content.IsEmpty)
            content = content[DescriptorIo.Write(writable, content)..];
        // Reopened read-only, so that the child cannot get the writable description.
        return OpenFile.Open($"/proc/self/fd/{writable.DangerousGetHandle()}", writable: false);
    }
}
