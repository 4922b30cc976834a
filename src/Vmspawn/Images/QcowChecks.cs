namespace Vmspawn.Images;

/// <summary>Checks whether a qcow2 image can be used by a VM that gets its files as descriptors.</summary>
internal static class QcowChecks
{
    /// <summary>The header, or null with the first reason to refuse the image in <paramref name="problems"/>.</summary>
    public static QcowHeader? Read(string subject, ImageFile file, bool write, List<Problem> problems)
    {
        var head = file.ReadHead();
        if (!QcowHeader.HasMagic(head))
        {
            problems.Add(new Problem(
                "image-not-qcow2", subject, $"{file.Path} is no qcow2 image", "say --image-format=raw if it holds the bytes of a disk"));
            return null;
        }

        if (QcowHeader.Parse(head, out var error) is not { } header)
        {
            problems.Add(new Problem("image-damaged", subject, $"{file.Path} cannot be used as qcow2: {error}"));
            return null;
        }

        if (Refusal(header, write) is not { } refusal)
            return header;
        problems.Add(new Problem(refusal.Code, subject, $"{file.Path} {refusal.Text}", refusal.Hint));
        return null;
    }

    /// <summary>The first reason to refuse an image with a valid header; the text follows the image's name.</summary>
    public static (string Code, string Text, string? Hint)? Refusal(QcowHeader header, bool write)
    {
        if (header.VirtualSize == 0)
            return ("image-empty", "is a disk of 0 bytes", null);
        if (header.UnknownFeatures != 0)
            return ("image-features", $"needs unknown features (bits 0x{header.UnknownFeatures:x})", null);
        if (header.IsEncrypted)
            return ("image-encrypted", "is encrypted, which is not supported", "encrypt inside of the guest instead");
        if (header.HasDataFile)
            return ("image-data-file", "keeps its data in another file, which is not supported", "qemu-img convert -O qcow2 makes one file of it");
        return header.IsCorrupt && write
            ? ("image-corrupt", "is marked as corrupt", "repair it with qemu-img check -r all, or boot it without writing with -x")
            : null;
    }
}
