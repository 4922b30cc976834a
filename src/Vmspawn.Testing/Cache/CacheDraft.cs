using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Testing.Cache;

/// <summary>
/// A directory of the cache that is being made or removed. Its name says so, and its maker has it locked: one that is not locked is of a killed
/// process, and the next that makes one removes it.
/// </summary>
internal sealed class CacheDraft : IDisposable
{
    private const string Prefix = ".draft-";

    private readonly SafeFileHandle _lock;
    private bool _hasName;

    private CacheDraft(string path, SafeFileHandle held) => (Path, _lock) = (path, held);

    /// <summary>Its directory, empty and with mode 0700.</summary>
    public string Path { get; }

    /// <summary>Creates one.</summary>
    /// <param name="root">The directory of the cache.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    public static CacheDraft Create(string root)
    {
        while (true)
        {
            var path = NewPath(root);
            NewFile.CreateDirectory(path);
            SafeFileHandle file;
            try
            {
                file = OpenFile.Open(path, writable: false);
            }
            catch (LinuxException error) when (error.Errno == Errno.ENOENT)
            {
                // Another process took it for that of a killed one, and removed it before it was locked.
                continue;
            }

            if (FileLock.TryLockExclusive(file) && FileFacts.IsNamed(file, path))
                return new CacheDraft(path, file);
            file.Dispose();
        }
    }

    /// <summary>Removes what killed processes left, and what was taken away and is not in use any more.</summary>
    public static void Sweep(string root)
    {
        foreach (var path in Directory.EnumerateDirectories(root, $"{Prefix}*"))
            TryRemove(path);
    }

    /// <summary>Takes an entry away from its name, in one step; the next sweep after its last use removes it.</summary>
    /// <param name="path">The entry, which need not exist. Its key must be locked.</param>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public static void TakeAway(string path)
    {
        if (Directory.Exists(path))
            Directory.Move(path, NewPath(System.IO.Path.GetDirectoryName(path)!));
    }

    /// <summary>Gives it its final name, in one step; its lock becomes a shared one, which the caller gets.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public SafeFileHandle GiveName(string path)
    {
        Directory.Move(Path, path);
        _hasName = true;
        // The key is locked meanwhile, so nobody removes the entry before its lock is a shared one.
        FileLock.TryLockShared(_lock);
        return _lock;
    }

    /// <summary>Removes it, unless it has its final name.</summary>
    public void Dispose()
    {
        if (_hasName)
            return;
        Remove(Path);
        _lock.Dispose();
    }

    private static void TryRemove(string path)
    {
        try
        {
            using var file = OpenFile.Open(path, writable: false);
            if (FileLock.TryLockExclusive(file) && FileFacts.IsNamed(file, path))
                Remove(path);
        }
        catch (IOException)
        {
            // Removed meanwhile by another process.
        }
    }

    /// <summary>Removes a directory. What cannot be removed stays for the next sweep: it is used by nobody.</summary>
    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next sweep tries again.
        }
    }

    private static string NewPath(string root) => System.IO.Path.Combine(root, $"{Prefix}{RandomNumber.Next():x16}");
}
