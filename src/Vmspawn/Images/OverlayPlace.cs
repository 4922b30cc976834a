using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>A directory on a disk where an overlay can grow.</summary>
/// <param name="Directory">The directory.</param>
internal sealed record OverlayPlace(string Directory)
{
    /// <summary>Less free space than this is no place for an overlay: 16 MiB.</summary>
    /// <remarks>Space is not set aside: an overlay takes what the guest writes, as it writes it.</remarks>
    public const ulong LeastFree = 16UL << 20;

    private const string LastResort = "/var/tmp";

    /// <summary>
    /// The first usable of: beside the image, <c>$TMPDIR</c>, <c>/var/tmp</c>; null with a problem that says why each was not taken.
    /// </summary>
    /// <remarks>Never on a file system in memory, where a guest that writes would starve the host.</remarks>
    /// <param name="subject">What the problem is about.</param>
    /// <param name="content">What is to lie there, such as <c>what the guest writes</c>.</param>
    /// <param name="imagePath">The file to lie beside.</param>
    /// <param name="tmpdir">The value of <c>$TMPDIR</c>.</param>
    /// <param name="problems">Receives the reason.</param>
    /// <param name="lastResort">The place after all others.</param>
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

    /// <summary>An open file without a name in this directory: gone when the last descriptor is closed, however we end.</summary>
    /// <exception cref="LinuxException">The directory went away or was filled since it was chosen.</exception>
    public SafeFileHandle CreateAnonymous() => OpenFile.Temporary(Directory);

    private static IEnumerable<string> Candidates(string imagePath, string? tmpdir, string lastResort)
    {
        // Beside the image itself, not beside a link to it.
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
        // Devices lie in a file system of their own, which is in memory whatever it calls itself.
        if (Directory is "/dev" || Directory.StartsWith("/dev/", StringComparison.Ordinal))
            return "not a place for files";
        try
        {
            // Asked of the very file: a directory may lie below another mount than its path suggests.
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
