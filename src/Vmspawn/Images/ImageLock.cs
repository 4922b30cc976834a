using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>The process that holds an image's lock.</summary>
/// <param name="Pid">The process id, or null when it cannot be determined.</param>
/// <param name="Command">Its name, or null.</param>
internal sealed record LockHolder(int? Pid, string? Command)
{
    /// <inheritdoc/>
    public override string ToString() => Pid is { } pid ? $"process {pid} ({Command})" : "a process of another user or container";
}

/// <summary>Checks QEMU's image locks, so that a locked image is reported before QEMU is started.</summary>
internal static class ImageLock
{
    private const string InUse = "image-in-use";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a lock may remain after its process was killed: the kernel releases it when the process's pending I/O is done.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Adds a problem when the image, or a file below it, is held by another QEMU.</summary>
    /// <param name="subject">The subject of the problem.</param>
    /// <param name="image">The image.</param>
    /// <param name="write">The guest's writes go into it.</param>
    /// <param name="problems">Receives the reason.</param>
    /// <param name="cancel">Cancels the wait for the lock of a killed process.</param>
    public static async Task CheckAsync(string subject, ImageFacts image, bool write, List<Problem> problems, CancellationToken cancel)
    {
        if (!image.IsBlockDevice)
            await CheckAsync(subject, image.Path, write, problems, cancel).ConfigureAwait(false);
        foreach (var backing in image.Backing)
        {
            if (!backing.IsBlockDevice)
                await CheckAsync(subject, backing.Path, write: false, problems, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The process whose lock would make QEMU refuse the image, or null. A lock without a visible process may be that of a killed one, so its release is awaited.</summary>
    /// <param name="path">The image, which must be readable.</param>
    /// <param name="write">The guest's writes go into it.</param>
    /// <param name="timeout">How long to wait for the release of a lock without a visible process.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static async Task<LockHolder?> FindHolderAsync(string path, bool write, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        using var image = OpenFile.Open(path, writable: false);
        var file = FileFacts.Of(image).Identity;
        for (var start = time.GetTimestamp(); IsLocked(image, write); await Task.Delay(PollInterval, time, cancel).ConfigureAwait(false))
        {
            if (FindProcess(file, write) is { } holder)
                return holder;
            if (time.GetElapsedTime(start) > timeout)
                return new LockHolder(null, null);
        }

        return null;
    }

    /// <summary>The same, but waits for the first image only: all locks of a killed process are released at the same time.</summary>
    public static Task<LockHolder?> FindHolderAsync(string path, bool write, List<Problem> problems, CancellationToken cancel) =>
        FindHolderAsync(path, write, problems.Exists(problem => problem.Code == InUse) ? TimeSpan.Zero : Timeout, TimeProvider.System, cancel);

    internal static LockHolder? FindProcess(FileIdentity file, bool write)
    {
        foreach (var process in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Holds(process, file, write))
            {
                return new LockHolder(pid, Read(Path.Combine(process, "comm"))?.TrimEnd('\n'));
            }
        }

        return null;
    }

    private static async Task CheckAsync(string subject, string path, bool write, List<Problem> problems, CancellationToken cancel)
    {
        if (await FindHolderAsync(path, write, problems, cancel).ConfigureAwait(false) is not { } holder)
            return;
        problems.Add(new Problem(
            InUse,
            subject,
            $"{path} is in use by {holder}",
            write ? "end that one first; -x boots from an image that others only read" : "end that one first: it writes to the image"));
    }

    private static bool IsLocked(SafeFileHandle image, bool write)
    {
        try
        {
            foreach (var at in QemuLockBytes.Conflicting(write))
            {
                if (FileLock.IsRangeLocked(image, at, 1))
                    return true;
            }

            return false;
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOLCK or Errno.EOPNOTSUPP)
        {
            // The file system has no locks; QEMU does not use them there either.
            return false;
        }
    }

    private static bool Holds(string process, FileIdentity file, bool write)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFiles(Path.Combine(process, "fdinfo")))
            {
                var text = Read(descriptor);
                foreach (var at in QemuLockBytes.Conflicting(write))
                {
                    if (LockLines.Any(text, "lock:", file.Inode, at, at))
                        return IsFile(Path.Combine(process, "fd", Path.GetFileName(descriptor)), file);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just exited.
        }

        return false;
    }

    // Lock lines contain the superblock's device number, which differs from statx(2)'s on btrfs and overlayfs, so the file itself is compared.
    private static bool IsFile(string descriptor, FileIdentity file)
    {
        try
        {
            using var opened = OpenFile.Open(descriptor, writable: false);
            return FileFacts.Of(opened).Identity == file;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
