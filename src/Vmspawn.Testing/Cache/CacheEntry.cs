using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Testing.Cache;

/// <summary>A directory of the cache that is in use: it is locked (shared) until disposal, so that nobody removes it.</summary>
internal sealed class CacheEntry : IDisposable
{
    private const string KeyFile = "key";

    private readonly SafeFileHandle _lock;

    private CacheEntry(string path, SafeFileHandle held) => (Path, _lock) = (path, held);

    /// <summary>Its directory.</summary>
    public string Path { get; }

    /// <summary>What was made: a path that its maker created.</summary>
    public string Content => ContentOf(Path);

    /// <summary>Whether its path still leads to it: another process may have replaced it.</summary>
    public bool IsCurrent => FileFacts.IsNamed(_lock, Path);

    /// <summary>Where in an entry the content is.</summary>
    public static string ContentOf(string path) => System.IO.Path.Combine(path, "content");

    /// <summary>Opens a complete entry, and notes that it is used now.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="key">Its key.</param>
    /// <param name="log">Receives why an entry that is there cannot be used.</param>
    /// <returns>Null when there is none with that key, or it is being removed.</returns>
    public static CacheEntry? TryOpen(string path, string key, Action<string> log)
    {
        try
        {
            using var opened = new Kept(OpenFile.Open(path, writable: false));
            if (!FileLock.TryLockShared(opened.File) || !FileFacts.IsNamed(opened.File, path))
                return null;
            var keyFile = System.IO.Path.Combine(path, KeyFile);
            if (File.ReadAllText(keyFile) == key)
            {
                File.SetLastWriteTimeUtc(keyFile, DateTime.UtcNow);
                return new CacheEntry(path, opened.Take());
            }

            log($"{path} is not used, because its key is another one");
        }
        catch (LinuxException error) when (error.Errno == Errno.ENOENT)
        {
            // There is none.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log($"{path} is not used, because it cannot be read: {FailureReason.Of(error)}");
        }

        return null;
    }

    /// <summary>Completes a draft, whose content is made, and gives it its name.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="path">The name, which does not exist.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="IOException">It cannot be written or renamed.</exception>
    public static CacheEntry Complete(CacheDraft draft, string path, string key)
    {
        using (var file = NewFile.Create(System.IO.Path.Combine(draft.Path, KeyFile)))
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(key), 0);
        return new CacheEntry(path, draft.GiveName(path));
    }

    /// <summary>When an entry was used last, which is in its key file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DateTime LastUse(string path) => File.GetLastWriteTimeUtc(System.IO.Path.Combine(path, KeyFile));

    /// <summary>Unlocks it.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>Closes a file unless it was taken.</summary>
    private sealed class Kept(SafeFileHandle file) : IDisposable
    {
        private bool _isTaken;

        public SafeFileHandle File => file;

        public SafeFileHandle Take()
        {
            _isTaken = true;
            return file;
        }

        public void Dispose()
        {
            if (!_isTaken)
                file.Dispose();
        }
    }
}
