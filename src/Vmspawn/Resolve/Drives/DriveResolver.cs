using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Probes every disk image and determines how it is attached.</summary>
internal sealed class DriveResolver(
    VmOptions options, ProcessContext process, List<Problem> problems, List<string> notices)
{
    private const long SectorSize = 512;

    public async Task<List<DriveSpec>> ResolveAsync(CancellationToken cancel)
    {
        var drives = new List<DriveSpec>();
        if (options.Image is { } image)
        {
            WarnAboutCd();
            AddIfGood(drives, await RootAsync(image, cancel).ConfigureAwait(false));
        }

        for (var i = 0; i < options.ExtraDrives.Count; i++)
            AddIfGood(drives, await ExtraAsync(options.ExtraDrives[i], i, cancel).ConfigureAwait(false));
        RefuseSharedWrites(drives);
        return drives;
    }

    private static void AddIfGood(List<DriveSpec> drives, DriveSpec? drive)
    {
        if (drive is not null)
            drives.Add(drive);
    }

    private async Task<DriveSpec?> RootAsync(string path, CancellationToken cancel)
    {
        var subject = $"--image={path}";
        var template = options.Template is { } requested ? await TemplateResolver.LookAsync(requested, problems, cancel).ConfigureAwait(false) : null;
        if (options.Template is not null && (template is null || !Path.Exists(path)))
            return template is null ? null : NewChild(subject, path, template);
        if (await DriveAsync(subject, path, options.ImageFormat, options.ImageDiskType, DeviceIds.RootDrive, options.Ephemeral, cancel).ConfigureAwait(false) is not { } looked)
            return null;
        var (drive, facts) = looked;
        template?.CheckChild(subject, facts, problems);
        // A child has the size that it was created with.
        if (template is not null && options.GrowImage <= drive.VirtualSize)
            return drive with { IsRoot = true };
        if (drive.OverlayDirectory is not null)
            return drive with { IsRoot = true, VirtualSize = OverlaySize(drive.VirtualSize) };
        var growTo = options.GrowImage is { } request && !drive.Type.IsReadOnly()
            ? GrowImage.Target(facts, request, problems)
            : null;
        return drive with { IsRoot = true, GrowTo = growTo, VirtualSize = Math.Max(drive.VirtualSize, growTo ?? 0) };
    }

    /// <summary>The size of an overlay, which grows in place of the image below it: that one is never written to.</summary>
    private long OverlaySize(long image)
    {
        var request = options.GrowImage ?? 0;
        if (request <= image)
            return image;
        if (request <= QcowOverlay.MaxSize)
            return Sectors(request);
        problems.Add(new Problem("grow-image", $"--grow-image={request}", "a throw-away overlay cannot be larger than 16 TiB"));
        return image;
    }

    private static long Sectors(long size) => (size + SectorSize - 1) / SectorSize * SectorSize;

    private DriveSpec? NewChild(string subject, string path, TemplateResolver template)
    {
        var request = options.GrowImage ?? 0;
        if (options.ImageDiskType.IsReadOnly())
        {
            problems.Add(new Problem("template-cd", subject, "a CD is never written to, so it needs no child", "boot the template itself with -i"));
            return null;
        }

        if (Math.Max(template.Image.VirtualSize, request) > QcowOverlay.MaxSize)
        {
            problems.Add(new Problem("template-size", subject, "a child cannot be larger than 16 TiB"));
            return null;
        }

        return new DriveSpec
        {
            Id = DeviceIds.RootDrive,
            Path = Path.GetFullPath(path),
            Format = ImageFormat.Qcow2,
            Type = options.ImageDiskType,
            Serial = DiskSerial.For(path, options.ImageDiskType),
            VirtualSize = Math.Max(template.Image.VirtualSize, Sectors(request)),
            IsRoot = true,
            Discard = options.DiscardDisk,
            MadeFrom = template.Facts,
            Backing = Below(template.Backing),
        };
    }

    private static BackingSpec[] Below(IReadOnlyList<BackingFacts> backing) =>
        [.. backing.Select(file => new BackingSpec(file.Path, file.Format, file.IsBlockDevice, file.Identity))];

    private async Task<DriveSpec?> ExtraAsync(ExtraDrive request, int index, CancellationToken cancel)
    {
        var type = request.Type ?? options.ImageDiskType;
        var ephemeral = options.Ephemeral && !request.Persist;
        return (await DriveAsync($"--extra-drive={request.Path}", request.Path, request.Format, type, DeviceIds.ExtraDrive(index), ephemeral, cancel).ConfigureAwait(false))?.Drive;
    }

    private async Task<(DriveSpec Drive, ImageFacts Facts)?> DriveAsync(
        string subject, string path, ImageFormat format, DiskType type, string id, bool ephemeral, CancellationToken cancel)
    {
        var readOnly = type.IsReadOnly();
        var throwAway = ephemeral && !readOnly;
        var writes = !readOnly && !throwAway;
        if (ImageProbe.Probe(subject, path, format, writes, problems) is not { } facts)
            return null;
        notices.AddRange(facts.Warnings);
        await ImageLock.CheckAsync(subject, facts, writes, problems, cancel).ConfigureAwait(false);
        var drive = new DriveSpec
        {
            Id = id,
            Path = Path.GetFullPath(path),
            Format = facts.Format,
            Type = type,
            Serial = DiskSerial.For(path, type),
            VirtualSize = facts.VirtualSize,
            Identity = facts.Identity,
            SectorSize = facts.SectorSize,
            IsBlockDevice = facts.IsBlockDevice,
            ReadOnly = readOnly,
            Discard = options.DiscardDisk && !readOnly,
            OverlayDirectory = throwAway ? OverlayDirectory(subject, path) : null,
            Backing = Below(facts.Backing),
        };
        return (drive, facts);
    }

    private string? OverlayDirectory(string subject, string path) =>
        OverlayPlace.Choose(subject, "what the guest writes", path, process.Environment("TMPDIR"), problems)?.Directory;

    /// <summary>Two disks of one VM that write to one image damage it as two VMs would.</summary>
    private void RefuseSharedWrites(List<DriveSpec> drives)
    {
        // By the file's identity, not by its name: a link, or another path to it, is the same image.
        foreach (var group in drives.SelectMany(Uses).GroupBy(use => use.File).Where(group => group.Count() > 1))
        {
            if (!group.Any(use => use.Writes))
                continue;
            var names = group.Select(use => use.Path).Distinct().ToList();
            problems.Add(names.Count == 1
                ? new Problem("image-twice", names[0], "is attached more than once and written to", "attach it once, or use --ephemeral")
                : new Problem("image-twice", string.Join(" and ", names), "are the same file, which is used more than once and written to", "attach it once, or use --ephemeral"));
        }
    }

    /// <summary>The files that a drive uses: its image, and those below it, which are read.</summary>
    private static IEnumerable<(object File, string Path, bool Writes)> Uses(DriveSpec drive) =>
        drive.Backing.Select(below => ((object?)below.Identity ?? below.Path, below.Path, false))
            .Prepend(((object?)drive.Identity ?? drive.Path, drive.Path, !drive.ReadOnly && drive.OverlayDirectory is null));

    private void WarnAboutCd()
    {
        if (!options.ImageDiskType.IsReadOnly())
            return;
        if (options.Ephemeral)
            notices.Add("--ephemeral: a CD is never written to, so it changes nothing for the root disk");
        if (options.GrowImage is not null)
            notices.Add("--grow-image=: a CD is not grown");
    }
}
