using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary>Observes a disk image once, before anything is started.</summary>
internal static class ImageProbe
{
    private const int SectorSize = DiskSectors.UsualSize;

    /// <summary>Observes an image; null when it cannot be used, with the reason in <paramref name="problems"/>.</summary>
    /// <param name="subject">The subject of the problems, such as <c>--image=disk.raw</c>.</param>
    /// <param name="path">The path as given.</param>
    /// <param name="requested">The format that the user gave.</param>
    /// <param name="write">The guest's writes go into this image: false for <c>-x</c> and for scsi-cd.</param>
    /// <param name="problems">Receives every reason found.</param>
    public static ImageFacts? Probe(string subject, string path, ImageFormat requested, bool write, List<Problem> problems)
    {
        using var file = ImageFile.Open(subject, path, write, problems);
        if (file is null)
            return null;
        return requested == ImageFormat.Raw ? Raw(subject, file, problems) : Qcow2(subject, file, write, problems);
    }

    private static ImageFacts? Raw(string subject, ImageFile file, List<Problem> problems)
    {
        var head = file.ReadHead();
        if (QcowHeader.HasMagic(head))
        {
            problems.Add(new Problem(
                "image-is-qcow2",
                subject,
                "it is a qcow2 image, and would be used as the raw bytes of a disk",
                "say --image-format=qcow2, or qcow2:PATH for an extra drive"));
            return null;
        }

        var warnings = new List<string>();
        if (ForeignFormat.Guess(head) is { } guess)
            warnings.Add($"{file.Path} looks like {guess}, and is used as the raw bytes of a disk");
        if (file.Size % SectorSize != 0)
            warnings.Add($"{file.Path} is no multiple of {SectorSize} bytes long: the end of the last sector reads as zeros");
        return new ImageFacts(
            file.Path, ImageFormat.Raw, file.Size, RoundUp(file.Size), file.IsBlockDevice, file.Identity, [], warnings)
        {
            Stamp = file.Stamp,
            SectorSize = SectorSizeOf(file, warnings),
        };
    }

    private static ImageFacts? Qcow2(string subject, ImageFile file, bool write, List<Problem> problems)
    {
        if (file.IsBlockDevice)
        {
            problems.Add(new Problem("image-qcow2-device", subject, "a qcow2 image must be a regular file, and this is a block device"));
            return null;
        }

        var before = problems.Count;
        var header = QcowChecks.Read(subject, file, write, problems);
        if (header is null)
            return null;
        var backing = BackingChain.Walk(subject, file, header, problems);
        return problems.Count > before
            ? null
            : new ImageFacts(
                file.Path, ImageFormat.Qcow2, file.Size, RoundUp(header.VirtualSize), IsBlockDevice: false, file.Identity, backing, []) { Stamp = file.Stamp };
    }

    private static int SectorSizeOf(ImageFile file, List<string> warnings)
    {
        var size = DiskSectors.SizeOf(DiskSectors.OfTable(file.Bytes), file.Size);
        if (size != DiskSectors.UsualSize)
            warnings.Add($"{file.Path} has a partition table in sectors of {size} bytes: the guest gets a disk with such sectors");
        return size;
    }

    private static long RoundUp(long size) => (size + SectorSize - 1) / SectorSize * SectorSize;
}
