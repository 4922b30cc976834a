using Microsoft.Win32.SafeHandles;

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
            SafeFileHandle handle;
            try
            {
                handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.HResult == 11)
            {
                return null;
            }

            // The holder before us may have removed the name between our opening and our locking: the lock of a nameless file keeps nobody out.
            if (IsStillThere(handle, path))
                return handle;
            handle.Dispose();
        }
    }

    private static bool IsStillThere(SafeFileHandle handle, string path) =>
        new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget == path;
}
