using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Testing.Cache;

/// <summary>
/// Directories that are made once for all processes of a user and found by a key. One that is half made is never found: it has another name
/// until it is complete. Processes that want the same key at once make it once, and the others wait.
/// </summary>
/// <param name="root">Where they are.</param>
/// <param name="limit">The bytes that all of them may occupy.</param>
/// <param name="time">The clock of waits.</param>
/// <param name="log">Receives what happens to entries.</param>
internal sealed class MadeOnce(string root, long limit, TimeProvider time, Action<string> log)
{
    private const string LockEnding = ".lock";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The entry of a key, made if there is none.</summary>
    /// <param name="key">The key: everything that the content depends on, as text.</param>
    /// <param name="bad">An entry that turned out to be damaged, so that it is replaced; null for none. It is disposed.</param>
    /// <param name="patience">The time limit of the wait for another process that makes it.</param>
    /// <param name="make">Makes the content at a path that does not exist; false if it cannot be made.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Null when it cannot be made.</returns>
    /// <exception cref="TimeoutException">Another process is still making it; the message says who.</exception>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public async Task<CacheEntry?> GetAsync(string key, CacheEntry? bad, TimeSpan patience, Func<string, CancellationToken, Task<bool>> make, CancellationToken cancel)
    {
        var path = PathOf(key);
        if (bad is null && CacheEntry.TryOpen(path, key, log) is { } there)
            return there;
        using var held = await LockAsync(path + LockEnding, patience, cancel).ConfigureAwait(false);
        if (!IsNow(bad) && CacheEntry.TryOpen(path, key, log) is { } made)
            return made;
        CacheDraft.TakeAway(path);
        CacheDraft.Sweep(root);
        CacheEntry entry;
        using (var draft = CacheDraft.Create(root))
        {
            if (!await make(CacheEntry.ContentOf(draft.Path), cancel).ConfigureAwait(false))
                return null;
            entry = CacheEntry.Complete(draft, path, key);
        }

        CacheSpace.Keep(Directory.EnumerateDirectories(root).Where(IsEntry), limit, TryRemove);
        return entry;
    }

    /// <summary>The path of a key's entry. The key is in the entry too, so two keys of one name replace each other at worst.</summary>
    internal string PathOf(string key)
    {
        // FNV-1a.
        var hash = 0xcbf29ce484222325UL;
        foreach (var unit in Encoding.UTF8.GetBytes(key))
            hash = (hash ^ unit) * 0x100000001b3UL;
        return Path.Combine(root, $"{hash:x16}");
    }

    /// <summary>Whether a damaged entry still has its name, or another process has replaced it. It is not used any more.</summary>
    private static bool IsNow(CacheEntry? bad)
    {
        using (bad)
            return bad is { IsCurrent: true };
    }

    private static bool IsEntry(string path) => !Path.GetFileName(path).StartsWith('.');

    private async Task<SafeFileHandle> LockAsync(string path, TimeSpan patience, CancellationToken cancel)
    {
        var (start, isSaid) = (time.GetTimestamp(), false);
        while (true)
        {
            if (TryLock(path, out var holder) is { } held)
                return held;
            if (!isSaid)
                log($"waiting for {holder}, which makes the same machine");
            isSaid = true;
            if (time.GetElapsedTime(start) >= patience)
                throw new TimeoutException($"{holder} has not made the same machine within {patience.TotalSeconds:0.###} s");
            await Task.Delay(Interval, time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Locks a key; null when another process has it, which is the holder.</summary>
    private static SafeFileHandle? TryLock(string path, out string holder)
    {
        holder = "";
        var file = NewFile.OpenOrCreate(path);
        try
        {
            // A holder may have removed the file after it was opened here.
            if (FileLock.TryLockExclusive(file) && FileFacts.IsNamed(file, path))
            {
                RandomAccess.SetLength(file, 0);
                RandomAccess.Write(file, Encoding.UTF8.GetBytes($"process {Environment.ProcessId}"), 0);
                return file;
            }

            var bytes = new byte[64];
            var length = RandomAccess.Read(file, bytes, 0);
            holder = length == 0 ? "another process" : Encoding.UTF8.GetString(bytes.AsSpan(0, length));
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Removes an entry that nobody uses or makes.</summary>
    private bool TryRemove(string path)
    {
        try
        {
            using var key = NewFile.OpenOrCreate(path + LockEnding);
            if (!FileLock.TryLockExclusive(key) || !FileFacts.IsNamed(key, path + LockEnding))
                return false;
            using (var entry = OpenFile.Open(path, writable: false))
            {
                if (!FileLock.TryLockExclusive(entry))
                    return false;
                log($"removing {path}, which was used least recently, because the cache is larger than {limit >> 20} MiB");
                CacheDraft.TakeAway(path);
            }

            CacheDraft.Sweep(root);
            File.Delete(path + LockEnding);
            return true;
        }
        catch (IOException error)
        {
            log($"cannot remove {path}: {FailureReason.Of(error)}");
            return false;
        }
    }
}
