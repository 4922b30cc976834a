using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Testing.Slots;

/// <summary>A place in the line of those who wait for slots: a locked file, whose name sorts by the time when it was drawn.</summary>
internal sealed class SlotTicket : IDisposable
{
    private const string Prefix = "wait-";

    private readonly string _path;
    private readonly SafeFileHandle _lock;

    private SlotTicket(string path, SafeFileHandle held) => (_path, _lock) = (path, held);

    /// <summary>Takes the last place.</summary>
    /// <exception cref="IOException">The file cannot be created or locked.</exception>
    public static SlotTicket Draw(string directory)
    {
        while (true)
        {
            // The monotonic clock is the same in all processes of a host; the random part distinguishes tickets of one moment.
            var path = Path.Combine(directory, $"{Prefix}{Stopwatch.GetTimestamp():x16}-{RandomNumber.Next():x16}");
            var file = NewFile.Create(path);
            // Another process may take it for that of a killed one until it is locked, and removes it.
            if (FileLock.TryLockExclusive(file) && FileFacts.IsNamed(file, path))
                return new SlotTicket(path, file);
            file.Dispose();
        }
    }

    /// <summary>Whether nobody waits who came earlier. Removes tickets of processes that have ended.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public bool IsFirst() => Directory.EnumerateFiles(Path.GetDirectoryName(_path)!, $"{Prefix}*")
        .Where(path => string.CompareOrdinal(path, _path) < 0).ToList().TrueForAll(IsAbandoned);

    /// <summary>Leaves the line.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whoever comes later finds it unlocked, and removes it.
        }

        _lock.Dispose();
    }

    private static bool IsAbandoned(string path)
    {
        try
        {
            using var file = OpenFile.Open(path, writable: false);
            if (!FileLock.TryLockExclusive(file))
                return false;
            File.Delete(path);
            return true;
        }
        catch (LinuxException error) when (error.Errno == Errno.ENOENT)
        {
            return true;
        }
    }
}
