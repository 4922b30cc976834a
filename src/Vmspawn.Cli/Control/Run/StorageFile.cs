using Microsoft.Win32.SafeHandles;
using Vmspawn.Cli.Control.Client;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Volumes;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Opens the file of a disk with the caller's permissions, so that the machine needs none.</summary>
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
            throw new MachineException("file-open", path, e.Errno switch
            {
                Errno.EISDIR => "this is a directory",
                Errno.ENOENT or Errno.ENOTDIR => "there is no such file",
                _ => $"it cannot be opened ({e.Errno})",
            });
        }

        if (FileFacts.Of(file).Kind is FileKind.Regular or FileKind.Block)
            return file;
        file.Dispose();
        throw new MachineException("file-kind", path, "this is neither a regular file nor a block device");
    }

    /// <summary>Acquires a volume from the storage provider of the machine's scope.</summary>
    /// <exception cref="MachineException">The provider refuses or fails.</exception>
    public static async Task<SafeFileHandle> AcquireAsync(VolumeRequest volume, RuntimeScope scope)
    {
        var isUser = scope == RuntimeScope.User || (scope == RuntimeScope.Auto && HostProbe.EffectiveUser != 0);
        try
        {
            var (file, _) = await StorageProvider.AcquireAsync(
                StorageProvider.SocketOf(isUser, Environment.GetEnvironmentVariable, volume.Provider), volume);
            return file;
        }
        catch (VolumeException refusal)
        {
            throw new MachineException("volume", volume.Name, refusal.Message);
        }
    }
}
