using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Trees;

/// <summary>Keeps two VMs from writing to one tree: neither would know of the other's changes.</summary>
internal static class TreeLock
{
    /// <summary>How long a lock may outlive a run that was killed: its processes are being ended by the kernel.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <returns>The directory, locked for as long as this or a copy of it is open.</returns>
    /// <exception cref="LaunchException">It is in use.</exception>
    public static SafeFileHandle Take(string path, bool isShared)
    {
        var directory = OpenFile.Open(path, writable: false);
        var end = DateTime.UtcNow + Bound;
        while (!(isShared ? FileLock.TryLockShared(directory) : FileLock.TryLockExclusive(directory)))
        {
            if (DateTime.UtcNow > end)
            {
                directory.Dispose();
                throw new LaunchException($"boot from {path}", "another VM runs from it (end that one, or use -x for both)");
            }

            Thread.Sleep(20);
        }

        return directory;
    }
}
