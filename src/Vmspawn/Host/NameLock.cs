using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>An exclusive lock that has a name in a directory of ours and is removed by whoever held it.</summary>
internal static class NameLock
{
    /// <summary>The locked file, or null when another has it.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
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

                // The holder before us may have removed the name between our opening and our locking: the lock of a nameless file keeps nobody out.
                if (FileFacts.IsNamed(handle, path))
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
}
