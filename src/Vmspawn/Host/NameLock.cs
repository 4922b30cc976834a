using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>An exclusive lock file in a private directory; its holder removes it.</summary>
internal static class NameLock
{
    /// <summary>The locked file, or null when another process has it.</summary>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static SafeFileHandle? TryTake(string path)
    {
        while (true)
        {
            var handle = NewFile.OpenOrCreate(path);
            try
            {
                if (!FileLock.TryLockExclusive(handle))
                {
                    handle.Dispose();
                    return null;
                }

                // The previous holder may have removed the file between open and lock: a lock on an unlinked file excludes nobody.
                if (IsNamed(handle, path))
                    return handle;
                handle.Dispose();
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
    }

    /// <summary>Whether a path leads to this open file or directory.</summary>
    public static bool IsNamed(SafeFileHandle handle, string path)
    {
        try
        {
            using var now = OpenFile.Open(path, writable: false);
            return FileFacts.Of(now).Identity == FileFacts.Of(handle).Identity;
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return false;
        }
    }
}
