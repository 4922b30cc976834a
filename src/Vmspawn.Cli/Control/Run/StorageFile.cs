using Microsoft.Win32.SafeHandles;
using Vmspawn.Cli.Control.Client;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary>The file behind a disk: opened by us, so that the machine needs no permission of its own.</summary>
internal static class StorageFile
{
    /// <exception cref="MachineException">It cannot be opened, or cannot be a disk.</exception>
    public static SafeFileHandle Open(string path, bool readOnly)
    {
        SafeFileHandle file;
        try
        {
            file = OpenFile.Open(path, writable: !readOnly);
        }
        catch (LinuxException e) when (!readOnly && e.Errno is Errno.EACCES or Errno.EROFS or Errno.EPERM)
        {
            throw new MachineException("file-open", path, $"it cannot be opened for writing ({e.Errno})", "--read-only needs less");
        }
        catch (LinuxException e)
        {
            throw new MachineException("file-open", path, e.Errno == Errno.EISDIR ? "this is a directory" : $"it cannot be opened ({e.Errno})");
        }

        if (FileFacts.Of(file).Kind is FileKind.Regular or FileKind.Block)
            return file;
        file.Dispose();
        throw new MachineException("file-kind", path, "this is neither a regular file nor a block device");
    }
}
