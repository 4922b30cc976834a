using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>
/// A file or directory that is being created or removed, under a temporary name. All drafts have names of one pattern and are locked by the process that
/// works on them, so that drafts of killed processes are recognised: the next process that creates a draft in the same directory removes them.
/// </summary>
internal sealed class Draft : IDisposable
{
    private const string Prefix = ".vmspawn-draft-";

    /// <summary>A sweep of another process may remove a draft between its creation and its locking.</summary>
    private const int Attempts = 10;

    private bool _hasFinalName;

    private Draft(string path, SafeFileHandle handle)
    {
        Path = path;
        Handle = handle;
    }

    /// <summary>Its temporary path.</summary>
    public string Path { get; }

    /// <summary>The open file or directory, locked until disposal; owned by the draft.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Creates an empty file with mode 0600, open for reading and writing.</summary>
    /// <exception cref="IOException">The directory is missing, full or not writable.</exception>
    public static Draft CreateFile(string directory) => Create(directory, NewFile.Create);

    /// <summary>Creates an empty directory with mode 0700.</summary>
    /// <exception cref="IOException">The parent is missing, full or not writable.</exception>
    public static Draft CreateDirectory(string directory) => Create(directory, path =>
    {
        NewFile.CreateDirectory(path);
        return OpenFile.Open(path, writable: false);
    });

    /// <summary>Renames a finished directory to a draft atomically, so that its removal can be interrupted at any point; null when it does not
    /// exist, or another process holds it.</summary>
    /// <exception cref="IOException">It cannot be opened or renamed.</exception>
    public static Draft? TryTakeAway(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = OpenFile.Open(path, writable: false);
            if (TryLock(handle) && NameLock.IsNamed(handle, path))
            {
                var draft = NewPath(System.IO.Path.GetDirectoryName(path)!);
                Directory.Move(path, draft);
                return new Draft(draft, handle);
            }
        }
        catch (LinuxException error) when (error.Errno == Errno.ENOENT)
        {
            // Removed meanwhile.
        }
        catch
        {
            handle?.Dispose();
            throw;
        }

        handle?.Dispose();
        return null;
    }

    /// <summary>Removes this user's drafts in a directory that no process holds. Failures are ignored: a leftover draft does no harm.</summary>
    public static void Sweep(string directory)
    {
        try
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(directory, $"{Prefix}*"))
                OwnTree.RemoveUnheld(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A directory that cannot be read.
        }
    }

    /// <summary>Renames it to its final name atomically; false when that name exists.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public bool TryGiveName(string path) => _hasFinalName = FinalName.TryGive(Path, path);

    /// <summary>Renames it to its final name atomically, replacing an existing file.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public void Replace(string path)
    {
        File.Move(Path, path, overwrite: true);
        _hasFinalName = true;
    }

    /// <summary>Removes it.</summary>
    /// <exception cref="IOException">Something in it cannot be removed, such as a mount.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission denied.</exception>
    public void Remove() => OwnTree.Remove(Path);

    /// <summary>Removes it unless it has its final name, and unlocks it. Failures are left to later sweeps: an exception that is being
    /// thrown must not be replaced.</summary>
    public void Dispose()
    {
        if (Handle.IsClosed)
            return;
        if (!_hasFinalName)
            TryRemove();
        Handle.Dispose();
    }

    private void TryRemove()
    {
        try
        {
            Remove();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Left to later sweeps.
        }
    }

    private static Draft Create(string directory, Func<string, SafeFileHandle> create)
    {
        Sweep(directory);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var path = NewPath(directory);
            if (TryCreate(path, create) is not { } handle)
                continue;
            try
            {
                if (TryLock(handle) && NameLock.IsNamed(handle, path))
                    return new Draft(path, handle);
            }
            catch
            {
                handle.Dispose();
                OwnTree.Remove(path);
                throw;
            }

            handle.Dispose();
        }

        throw new IOException($"another process removes what is made in {directory}");
    }

    private static SafeFileHandle? TryCreate(string path, Func<string, SafeFileHandle> create)
    {
        try
        {
            return create(path);
        }
        catch (LinuxException error) when (error.Errno == Errno.ENOENT && Directory.Exists(System.IO.Path.GetDirectoryName(path)))
        {
            return null;
        }
        catch (LinuxException)
        {
            // It may have been created before the call that failed; its name is random, so nothing else has it.
            OwnTree.RemoveUnheld(path);
            throw;
        }
    }

    private static bool TryLock(SafeFileHandle handle)
    {
        try
        {
            return FileLock.TryLockExclusive(handle);
        }
        catch (LinuxException error) when (error.Errno is Errno.ENOLCK or Errno.EOPNOTSUPP)
        {
            // The file system has no locks: a sweep cannot lock the draft either, and leaves it.
            return true;
        }
    }

    private static string NewPath(string directory) => System.IO.Path.Combine(directory, $"{Prefix}{Guid.NewGuid().ToString("n")[..16]}");
}
