namespace Vmspawn.Host;

/// <summary>Files of the kernel, in proc(5) and sysfs(5), which may not be mounted in a container or a rescue system.</summary>
internal static class ProcFile
{
    /// <summary>The directory of a process's open files.</summary>
    public const string Descriptors = "/proc/self/fd";

    /// <summary>The lines of a file; empty when it does not exist.</summary>
    public static IReadOnlyList<string> Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The text of a small file without surrounding blanks; null when it cannot be read.</summary>
    public static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The problem to report when it is not mounted; null when it is.</summary>
    public static Problem? WhyMissing() => Directory.Exists(Descriptors)
        ? null
        : new Problem("proc-missing", "this host", $"/proc is not mounted, and QEMU gets its files through {Descriptors}", "mount it: mount -t proc proc /proc");
}
