using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary>Looks at a disk image once, before anything is started.</summary>
internal static class ImageProbe
{
    /// <summary>Observes an image; null when there is a reason not to use it, which is then in <paramref name="problems"/>.</summary>
    /// <param name="subject">What the problems are about, such as <c>--image=disk.raw</c>.</param>
    /// <param name="path">The path as given.</param>
    /// <param name="requested">The format that the user named.</param>
    /// <param name="write">The guest's writes go into this image: false for <c>-x</c> and for scsi-cd.</param>
    /// <param name="problems">Receives every reason found.</param>
    public static ImageFacts? Probe(string subject, string path, ImageFormat requested, bool write, List<Problem> problems) =>
        throw new NotImplementedException();
}
