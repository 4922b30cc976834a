using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>Who holds an image.</summary>
/// <param name="Pid">The process, or null when it is not ours to see.</param>
/// <param name="Command">Its name, or null.</param>
internal sealed record LockHolder(int? Pid, string? Command)
{
    /// <summary>For people.</summary>
    public override string ToString() => Pid is { } pid ? $"process {pid} ({Command})" : "a process of another user or container";
}

/// <summary>Asks for QEMU's image locks, so that a held image is told before QEMU is started.</summary>
internal static class ImageLock
{
    private const string InUse = "image-in-use";

    /// <summary>How long a lock may outlive its process: the kernel ends in its own time what a killed one had begun.</summary>
    private static readonly TimeSpan Afterlife = TimeSpan.FromSeconds(2);

    /// <summary>Adds a problem when the image, or a file below it, is held by another QEMU.</summary>
    /// <param name="subject">What the problem is about.</param>
    /// <param name="image">The image.</param>
    /// <param name="write">The guest's writes go into it.</param>
    /// <param name="problems">Receives the reason.</param>
    public static void Check(string subject, ImageFacts image, bool write, List<Problem> problems)
    {
        if (!image.IsBlockDevice)
            Check(subject, image.Path, write, problems);
        foreach (var backing in image.Backing)
        {
            if (!backing.IsBlockDevice)
                Check(subject, backing.Path, write: false, problems);
        }
    }

    /// <summary>The process whose lock would make our QEMU refuse the image, or null. A lock of nobody we see may be a dead one's: that is waited for.</summary>
    /// <param name="path">The image, which must be ours to read.</param>
    /// <param name="write">The guest's writes go into it.</param>
    /// <param name="afterlife">How long a lock of nobody we see may stay before it counts.</param>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static LockHolder? FindHolder(string path, bool write, TimeSpan afterlife)
    {
        using var image = OpenFile.Open(path, writable: false);
        var inode = FileFacts.Of(image).Identity.Inode;
        for (var end = DateTime.UtcNow + afterlife; IsLocked(image, write); Thread.Sleep(20))
        {
            if (FindProcess(inode, write) is { } holder)
                return holder;
            if (DateTime.UtcNow > end)
                return new LockHolder(null, null);
        }

        return null;
    }

    /// <summary>As <see cref="FindHolder(string, bool, TimeSpan)"/>, waiting for the first image only: nothing that died stays for longer.</summary>
    public static LockHolder? FindHolder(string path, bool write, List<Problem> problems) =>
        FindHolder(path, write, problems.Exists(problem => problem.Code == InUse) ? TimeSpan.Zero : Afterlife);

    private static LockHolder? FindProcess(ulong inode, bool write)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Holds(process, inode, write))
            {
                return new LockHolder(pid, Read(Path.Combine(process, "comm"))?.TrimEnd('\n'));
            }
        }

        return null;
    }

    private static void Check(string subject, string path, bool write, List<Problem> problems)
    {
        if (FindHolder(path, write, problems) is not { } holder)
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
            // A file system without locks: nobody can hold one there, and QEMU does without as well.
            return false;
        }
    }

    private static bool Holds(string process, ulong inode, bool write)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFiles(Path.Combine(process, "fdinfo")))
            {
                var text = Read(descriptor);
                foreach (var at in QemuLockBytes.Conflicting(write))
                {
                    if (LockLines.Any(text, "lock:", inode, at, at))
                        return true;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
        }

        return false;
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
