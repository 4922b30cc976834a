using System.Runtime.InteropServices;
using Vmspawn.Boot;
using Vmspawn.Images;
using Vmspawn.Images.Fat;
using Vmspawn.Images.Gpt;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Finds the kernel, the initrds and the kernel arguments of a boot entry on the image's own boot partitions.</summary>
internal sealed class BootEntryResolver(VmOptions options, Architecture architecture, string? tmpdir, List<Problem> problems, List<string> details)
{
    /// <summary>The boot loader's order: an extended boot loader partition contains what does not fit on the other.</summary>
    private static readonly Guid[] Types = [PartitionTypes.ExtendedBoot, PartitionTypes.Efi];

    private readonly string _subject = $"--boot-entry={options.BootEntry}";

    /// <summary>The kernel; null with the reason in the problems.</summary>
    public KernelSpec? Resolve()
    {
        if (options.Image is not { } image)
            return Refuse("boot-entry-without-image", "there is no image to look for it in", "add -i IMAGE");
        try
        {
            using var file = OpenFile.Open(image, writable: false);
            var facts = FileFacts.Of(file);
            return Find(Path.GetFullPath(image), facts.Identity, new FileBytes(file, facts.Size));
        }
        catch (IOException error)
        {
            return Refuse("boot-partition", $"the boot partition of {image} cannot be read: {FailureReason.Of(error)}");
        }
    }

    private KernelSpec? Find(string image, FileIdentity identity, ByteSource disk)
    {
        var table = GptTable.Read(disk, out var error);
        var partitions = Types.SelectMany(type => table?.Partitions.Where(partition => partition.Type == type) ?? [])
            .Select(partition => new ExtentBytes(disk, [partition.Place])).ToList();
        if (partitions.Count == 0)
            return Refuse("no-boot-partition", $"{image} has no boot partition{(error is null ? "" : $": {error}")}", "name a kernel with --linux=");

        var passedOver = new List<PassedOverEntry>();
        var found = partitions.SelectMany(partition => Entries(partition, passedOver)).OrderBy(item => item.Entry, BootEntryOrder.Best).ToList();
        details.AddRange(passedOver.Select(entry => $"boot entry passed over: {entry}"));
        var chosen = found.Find(item => options.BootEntry == VmOptions.BestBootEntry || Is(item.Entry.Id, options.BootEntry!));
        if (chosen.Entry is not null)
            return Kernel(image, identity, chosen.Entry, chosen.Volume, chosen.Partition);
        if (passedOver.Find(entry => Is(entry.Id, options.BootEntry!)) is { } named)
            return Refuse("no-boot-entry", $"this entry of {image} cannot be booted: {named.Reason}", "name a kernel with --linux=");
        var skipped = passedOver.Count == 0 ? "" : $" (passed over {string.Join("; ", passedOver)})";
        return found.Count == 0
            ? Refuse("no-boot-entry", $"{image} has no boot entry for this machine{skipped}", "name a kernel with --linux=")
            : Refuse("no-boot-entry", $"{image} has no such boot entry", $"there are {string.Join(", ", found.Select(item => item.Entry.Id))}");
    }

    private IEnumerable<(BootEntry Entry, FatVolume Volume, ExtentBytes Partition)> Entries(ExtentBytes partition, List<PassedOverEntry> passedOver)
    {
        var volume = FatVolume.Open(partition);
        var found = BootEntries.Find(volume, architecture);
        passedOver.AddRange(found.PassedOver);
        return found.Entries.Select(entry => (entry, volume, partition));
    }

    private static bool Is(string entry, string id) => entry == id || Path.GetFileNameWithoutExtension(entry) == id;

    private KernelSpec? Kernel(string image, FileIdentity identity, BootEntry entry, FatVolume volume, ExtentBytes partition)
    {
        if (OverlayPlace.Choose(_subject, "a copy of the kernel", image, tmpdir, problems) is not { } place)
            return null;
        var kernel = volume.Open(entry.Kernel)!;
        if (entry.Kind != BootEntryKind.Unified)
        {
            var initrds = entry.Initrds.Select(path => OnDisk(partition, volume.Open(path)!.Extents)).ToList();
            return Spec(Files(OnDisk(partition, kernel.Extents), initrds), entry, kernel, entry.Options);
        }

        if (options.Firmware is not (FirmwareKind.None or FirmwareKind.Bios))
            return Spec(Files(OnDisk(partition, kernel.Extents), []), entry, kernel, "");

        // Without UEFI the stub does not run: the kernel and the initrd are taken from its sections.
        var header = UnifiedEntry.Header(kernel)!;
        var linux = new ExtentBytes(kernel, [header.Find(".linux")!.Place]);
        List<IReadOnlyList<Extent>> initrd = header.Find(".initrd") is { } section ? [Section(partition, kernel, section)] : [];
        return Spec(Files(Section(partition, kernel, header.Find(".linux")!), initrd), entry, linux, entry.Options);

        EntryFiles Files(IReadOnlyList<Extent> linux, IReadOnlyList<IReadOnlyList<Extent>> initrds) => new(image, identity, place.Directory, linux, initrds);
    }

    private KernelSpec? Spec(EntryFiles files, BootEntry entry, ByteSource content, string words)
    {
        var kernel = KernelFacts.Of(entry.Kernel, content);
        return KernelResolver.CanStart(kernel, $"{_subject}: {entry.Kernel} in {files.Image}", architecture, options.Firmware, problems)
            ? new KernelSpec(null, default, []) { Entry = files, Options = words, IsPe = kernel.IsPe, IsUki = kernel.IsUki }
            : null;
    }

    private static List<Extent> Section(ExtentBytes partition, ExtentBytes kernel, PeSection section) =>
        OnDisk(partition, kernel.Slice(section.Place.Offset, section.Place.Length));

    private static List<Extent> OnDisk(ExtentBytes partition, IReadOnlyList<Extent> inPartition) =>
        [.. inPartition.SelectMany(part => partition.Slice(part.Offset, part.Length))];

    private KernelSpec? Refuse(string code, string text, string? hint = null)
    {
        problems.Add(new Problem(code, _subject, text, hint));
        return null;
    }
}
