using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>A directory on a disk with space for an overlay.</summary>
/// <param name="Directory">The directory.</param>
internal sealed record OverlayPlace(string Directory)
{
    /// <summary>The minimum free space for an overlay: 16 MiB.</summary>
    /// <remarks>Space is not reserved: an overlay grows as the guest writes.</remarks>
    public const ulong LeastFree = 16UL << 20;

    private const string LastResort = "/var/tmp";

    /// <summary>
    /// The first usable of: beside the image, <c>$TMPDIR</c>, <c>/var/tmp</c>; null with a problem that gives the reason for each.
    /// </summary>
    /// <remarks>Never on a file system in memory, where the guest's writes would exhaust the host's memory.</remarks>
    /// <param name="subject">The subject of the problem.</param>
    /// <param name="content">The intended content, such as <c>what the guest writes</c>.</param>
    /// <param name="imagePath">The image, whose directory is tried first.</param>
    /// <param name="tmpdir">The value of <c>$TMPDIR</c>.</param>
    /// <param name="problems">Receives the reason.</param>
    /// <param name="lastResort">The directory tried last.</param>
    public static OverlayPlace? Choose(string subject, string content, string imagePath, string? tmpdir, List<Problem> problems, string lastResort = LastResort)
    {
        var reasons = new StringBuilder();
        foreach (var directory in Candidates(imagePath, tmpdir, lastResort))
        {
            var place = new OverlayPlace(directory);
            if (place.WhyNot() is not { } reason)
                return place;
            reasons.Append(reasons.Length == 0 ? "" : "; ").Append(directory).Append(": ").Append(reason);
        }

        problems.Add(new Problem(
            "overlay-place", subject, $"there is no place for {content}: {reasons}", "set $TMPDIR to a directory on a disk"));
        return null;
    }

    /// <summary>Creates an open file without a name in this directory; the kernel deletes it when the last descriptor is closed.</summary>
    /// <exception cref="LinuxException">The directory was removed or filled since it was chosen.</exception>
    public SafeFileHandle CreateAnonymous() => OpenFile.Temporary(Directory);

    private static IEnumerable<string> Candidates(string imagePath, string? tmpdir, string lastResort)
    {
        // Beside the target of a link, not beside the link.
        var beside = Path.GetDirectoryName(LinkTarget(Path.GetFullPath(imagePath))) ?? "/";
        yield return beside;
        if (tmpdir is ['/', ..] && tmpdir != beside)
            yield return tmpdir;
        if (beside != lastResort && tmpdir != lastResort)
            yield return lastResort;
    }

    private static string LinkTarget(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            return path;
        }
    }

    private string? WhyNot()
    {
        // /dev is a file system in memory, regardless of the type it reports.
        if (Directory is "/dev" || Directory.StartsWith("/dev/", StringComparison.Ordinal))
            return "not a place for files";
        try
        {
            // The file's own file system is checked: another mount may cover the directory's path.
            using var file = CreateAnonymous();
            var system = FileSystemFacts.Of(file);
            if (system.IsInMemory)
                return "in memory";
            return system.AvailableBytes < LeastFree ? $"only {system.AvailableBytes >> 20} MiB free" : null;
        }
        catch (LinuxException e)
        {
            return e.Text();
        }
    }
}
