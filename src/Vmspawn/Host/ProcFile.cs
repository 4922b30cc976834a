namespace Vmspawn.Host;

/// <summary>Files of proc(5), which a container or a rescue system may be without.</summary>
internal static class ProcFile
{
    /// <summary>Where programs find the files that they inherit.</summary>
    public const string Descriptors = "/proc/self/fd";

    /// <summary>The lines of a file; none when it is not there.</summary>
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

    /// <summary>Why no machine starts without it; null where it is mounted.</summary>
    public static Problem? WhyMissing() => Directory.Exists(Descriptors)
        ? null
        : new Problem("proc-missing", "this host", $"/proc is not mounted, and QEMU gets its files through {Descriptors}", "mount it: mount -t proc proc /proc");
}
