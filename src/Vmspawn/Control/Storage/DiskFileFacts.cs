using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Control.Storage;

/// <summary>The facts about a client's descriptor that a disk needs.</summary>
/// <param name="Identity">The file's identity.</param>
/// <param name="IsBlockDevice">A block device rather than a regular file.</param>
/// <param name="Size">Bytes in the file, more than 0.</param>
/// <param name="CanWrite">The descriptor is open for writing.</param>
internal readonly record struct DiskFileFacts(FileIdentity Identity, bool IsBlockDevice, long Size, bool CanWrite)
{
    /// <exception cref="VmControlException">It cannot be a disk.</exception>
    public static DiskFileFacts Of(SafeHandle file)
    {
        try
        {
            var access = DescriptorAccess.Of(file);
            var found = FileFacts.Of(file);
            if (found.Kind is not (FileKind.Regular or FileKind.Block))
            {
                var isDirectory = found.Kind is FileKind.Directory;
                throw Bad(
                    $"a disk is a regular file or a block device, and the descriptor is {(isDirectory ? "a directory" : "neither")}",
                    isDirectory ? Errno.EISDIR : Errno.ENOTBLK);
            }

            if (!access.CanRead)
                throw Bad("the descriptor was not opened for reading", Errno.EBADF);
            return found.Size > 0
                ? new DiskFileFacts(found.Identity, found.Kind is FileKind.Block, found.Size, access.CanWrite)
                : throw Bad("the file is empty", Errno.ENODATA);
        }
        catch (LinuxException error)
        {
            throw Bad($"the descriptor cannot be examined: {error.Message}", error.Errno);
        }
    }

    public static VmControlException Bad(string reason, Errno errno) => new(VmControlFailure.BadFile, reason) { Errno = errno };
}
