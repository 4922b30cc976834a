using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Images;

/// <summary>A directory on a disk where an overlay can grow.</summary>
/// <param name="Directory">The directory.</param>
internal sealed record OverlayPlace(string Directory)
{
    /// <summary>
    /// The first usable of: beside the image, <c>$TMPDIR</c>, <c>/var/tmp</c>; null with a problem that says why each was not taken.
    /// </summary>
    public static OverlayPlace? Choose(string subject, string imagePath, string? tmpdir, List<Problem> problems) =>
        throw new NotImplementedException();

    /// <summary>An open file without a name in this directory: gone when the last descriptor is closed.</summary>
    public SafeFileHandle CreateAnonymous() => throw new NotImplementedException();
}
