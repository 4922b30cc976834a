using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for disks.</summary>
internal static class ImageOptions
{
    public static VmOption[] All() =>
    [
        Declare.Path(Topic.Image, "--image", 'i', "FILE|DEVICE", "Root disk", (options, path) => options with { Image = path }),
        Declare.Path(Topic.Image, "--directory", 'D', "DIR", "Boot from a tree, shared with the guest", (options, path) => options with { Directory = path }),
        Declare.Value(
            Topic.Image,
            "--template",
            null,
            "[FORMAT:]PATH",
            "Make the root disk a child of this image",
            TemplateText.Parse,
            (options, template) => options with { Template = template }),
        Declare.Choice(Topic.Image, "--image-format", "FORMAT", "Format of the root disk: raw, qcow2", "raw", OptionWords.ImageFormats, (options, format) => options with { ImageFormat = format }),
        Declare.Choice(
            Topic.Image,
            "--image-disk-type",
            "TYPE",
            "Device type: virtio-blk, virtio-scsi, nvme, scsi-cd (read-only)",
            "virtio-blk",
            OptionWords.DiskTypes,
            (options, type) => options with { ImageDiskType = type }),
        Declare.Value(
            Topic.Image,
            "--extra-drive",
            null,
            "[persist:][FORMAT:][TYPE:]PATH",
            "Another disk; repeatable; persist: keeps writes despite -x",
            ExtraDriveText.Parse,
            (options, drive) => options with { ExtraDrives = [.. options.ExtraDrives, drive] }),
        Declare.Value(
            Topic.Image,
            "--bind-volume",
            null,
            "PROVIDER:VOLUME[:TYPE][:K=V,…]",
            "A storage provider's volume as a disk",
            VolumeText.Parse,
            (options, volume) => options with { Volumes = [.. options.Volumes, volume] }),
        Declare.Flag(Topic.Image, "--ephemeral", 'x', "Write nothing back to images or the tree", options => options with { Ephemeral = true }),
        Declare.Value(
            Topic.Image,
            "--discard-disk",
            null,
            "BOOL",
            "Free discarded blocks in the images",
            BoolText.Parse,
            (options, discard) => options with { DiscardDisk = discard },
            "yes",
            "yes",
            "no"),
        Declare.Value(
            Topic.Image,
            "--grow-image",
            'G',
            "SIZE",
            "Grow the raw root disk to this size; with -x only in the guest",
            GrowSize,
            (options, size) => options with { GrowImage = size }),
    ];

    private static Parsed<long?> GrowSize(string text)
    {
        if (text.Length == 0)
            return (long?)null;
        var size = SizeText.Parse(text);
        if (size.Mistake is { } mistake)
            return mistake;
        return size.Value == 0 ? new Mistake("grow-zero", "an image cannot grow to size 0", "write it like 8G") : size.Value;
    }
}
