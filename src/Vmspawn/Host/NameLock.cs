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
            if (!File.Exists(path))
                Create(path);
            if (TryOpen(path) is not { } handle)
                continue;
            if (!FileLock.TryLockExclusive(handle))
            {
                handle.Dispose();
                return null;
            }

            // The holder before us may have removed the name between our opening and our locking: the lock of a nameless file keeps nobody out.
            if (IsStillThere(handle, path))
                return handle;
            handle.Dispose();
        }
    }

    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return OpenFile.Open(path, writable: true);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    // Under another name first: .NET locks what it creates, and that lock must not be taken for a holder's.
    private static void Create(string path)
    {
        var draft = $"{path}.{Guid.NewGuid():n}";
        File.OpenHandle(draft, FileMode.CreateNew, FileAccess.Write).Dispose();
        if (!FinalName.TryGive(draft, path))
            File.Delete(draft);
    }

    private static bool IsStillThere(SafeFileHandle handle, string path)
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
