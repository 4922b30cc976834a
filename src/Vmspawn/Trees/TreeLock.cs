using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Trees;

/// <summary>Prevents two VMs from writing to the same tree, because neither would detect the other's changes.</summary>
internal static class TreeLock
{
    /// <summary>The processes of a killed VM hold its lock until the kernel has ended them.</summary>
    private static readonly LockWait Wait = new(TimeSpan.FromSeconds(1));

    /// <returns>The directory, locked while this descriptor or a duplicate is open.</returns>
    /// <exception cref="LaunchException">It is in use.</exception>
    public static async Task<SafeFileHandle> TakeAsync(string path, bool isShared, CancellationToken cancel)
    {
        var directory = OpenFile.Open(path, writable: false);
        try
        {
            if (await Wait.UntilAsync(() => isShared ? FileLock.TryLockShared(directory) : FileLock.TryLockExclusive(directory), cancel).ConfigureAwait(false))
                return directory;
            throw new LaunchException($"boot from {path}", "another VM runs from it (end that one, or use -x for both)");
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }
}
