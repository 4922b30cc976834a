using Vmspawn.Options;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The block nodes of drives; each file is an inherited descriptor.</summary>
/// <param name="draft">Allocates the descriptors.</param>
/// <param name="ioUring">Whether to use io_uring.</param>
internal sealed class DriveNodes(PlanDraft draft, bool ioUring)
{
    /// <summary>The slot of a drive's throw-away overlay.</summary>
    public static string OverlaySlot(string id) => $"{id}-top";

    /// <summary>The tree of nodes of a drive; the topmost node has the drive's id as its name.</summary>
    public BlockNode Of(DriveSpec drive)
    {
        if (!drive.Content.IsEmpty)
            return InMemory(drive);
        if (drive.OverlayDirectory is null)
            return Image(drive, drive.Id, drive.ReadOnly);

        var overlay = new AnonymousOverlay(drive.OverlayDirectory, drive.VirtualSize);
        return new BlockNode
        {
            Driver = "qcow2",
            NodeName = drive.Id,
            Discard = drive.Discard,
            NoFlush = true,
            File = new BlockNode
            {
                Driver = "file",
                NodeName = OverlaySlot(drive.Id),
                FileName = draft.SetPath(OverlaySlot(drive.Id), overlay),
                Discard = drive.Discard,
                IoUring = ioUring,
            },
            Backing = Frozen(drive),
        };
    }

    /// <summary>The image of an overlay, below the overlays of a snapshot.</summary>
    private BlockNode Frozen(DriveSpec drive)
    {
        var below = Image(drive, $"{drive.Id}-base", readOnly: true);
        for (var depth = drive.Frozen.Count; depth > 0; depth--)
        {
            var layer = drive.Frozen[depth - 1];
            below = Layer(layer, new OpenedFile(layer.Path, ReadOnly: true, layer.Identity), $"{drive.Id}-f{depth}", readOnly: true, discard: false, below);
        }

        return below;
    }

    private BlockNode InMemory(DriveSpec drive) => new ImageNode
    {
        Format = ImageFormat.Raw,
        Name = drive.Id,
        SetPath = draft.SetPath(drive.Id, new MemoryBytes(drive.Content)),
        ReadOnly = true,
        IsFileReadOnly = true,
    }.Whole();

    private BlockNode Image(DriveSpec drive, string name, bool readOnly)
    {
        BlockNode? below = null;
        for (var depth = drive.Backing.Count; depth > 0; depth--)
        {
            var backing = drive.Backing[depth - 1];
            below = Layer(backing, new OpenedFile(backing.Path, ReadOnly: true, backing.Identity), $"{drive.Id}-b{depth}", readOnly: true, discard: false, below);
        }

        var image = new BackingSpec(drive.Path, drive.Format, drive.IsBlockDevice);
        DescriptorSource source = drive.Volume is { } volume ? new StorageVolume(volume.Socket, volume.Request) : new OpenedFile(image.Path, readOnly, drive.Identity);
        return Layer(image, source, name, readOnly, drive.Discard && !readOnly, below);
    }

    private BlockNode Layer(
        BackingSpec image, DescriptorSource source, string name, bool readOnly, bool discard, BlockNode? below)
    {
        return new ImageNode
        {
            Format = image.Format,
            Name = name,
            SetPath = draft.SetPath(name, source),
            IsBlockDevice = image.IsBlockDevice,
            ReadOnly = readOnly,
            IsFileReadOnly = readOnly,
            Discard = discard,
            IoUring = ioUring,
            Backing = below,
        }.Whole();
    }
}
