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
    public override string ToString() => Pid is { } pid ? $"process {pid} ({Command})" : "a process of another user";
}

/// <summary>Asks for QEMU's image locks, so that a held image is told before QEMU is started.</summary>
internal static class ImageLock
{
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

    /// <summary>The process whose lock would make our QEMU refuse the image, or null.</summary>
    /// <param name="path">The image, which must be ours to read.</param>
    /// <param name="write">The guest's writes go into it.</param>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static LockHolder? FindHolder(string path, bool write)
    {
        using var image = OpenFile.Open(path, writable: false);
        if (!IsLocked(image, write))
            return null;
        var inode = FileFacts.Of(image).Identity.Inode;
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Holds(process, inode, write))
            {
                return new LockHolder(pid, Read(Path.Combine(process, "comm"))?.TrimEnd('\n'));
            }
        }

        return new LockHolder(null, null);
    }

    private static void Check(string subject, string path, bool write, List<Problem> problems)
    {
        if (FindHolder(path, write) is not { } holder)
            return;
        problems.Add(new Problem(
            "image-in-use",
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
