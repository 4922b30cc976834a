using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Looks at every disk image and decides how it is attached.</summary>
internal sealed class DriveResolver(
    VmOptions options, ProcessContext surroundings, List<Problem> problems, List<string> notices)
{
    private const long SectorSize = 512;

    public List<DriveSpec> Resolve()
    {
        var drives = new List<DriveSpec>();
        if (options.Image is { } image)
        {
            WarnAboutCd();
            AddIfGood(drives, Root(image));
        }

        for (var i = 0; i < options.ExtraDrives.Count; i++)
            AddIfGood(drives, Extra(options.ExtraDrives[i], i));
        RefuseSharedWrites(drives);
        return drives;
    }

    private static void AddIfGood(List<DriveSpec> drives, DriveSpec? drive)
    {
        if (drive is not null)
            drives.Add(drive);
    }

    private DriveSpec? Root(string path)
    {
        var subject = $"--image={path}";
        var template = options.Template is { } wished ? TemplateResolver.Look(wished, problems) : null;
        if (options.Template is not null && (template is null || !Path.Exists(path)))
            return template is null ? null : NewChild(subject, path, template);
        var drive = Drive(subject, path, options.ImageFormat, options.ImageDiskType, DeviceIds.RootDrive, options.Ephemeral, out var facts);
        if (drive is null)
            return null;
        template?.CheckChild(subject, facts!, problems);
        // A child has the size that it was made with.
        if (template is not null && options.GrowImage <= drive.VirtualSize)
            return drive with { IsRoot = true };
        if (drive.OverlayDirectory is not null)
            return drive with { IsRoot = true, VirtualSize = OverlaySize(drive.VirtualSize) };
        var growTo = options.GrowImage is { } wish && drive.Type != DiskType.ScsiCd
            ? GrowImage.Target(facts!, wish, problems)
            : null;
        return drive with { IsRoot = true, GrowTo = growTo, VirtualSize = Math.Max(drive.VirtualSize, growTo ?? 0) };
    }

    /// <summary>The size of an overlay, which grows in place of the image below it: that one is never written to.</summary>
    private long OverlaySize(long image)
    {
        var wish = options.GrowImage ?? 0;
        if (wish <= image)
            return image;
        if (wish <= QcowOverlay.MaxSize)
            return Sectors(wish);
        problems.Add(new Problem("grow-image", $"--grow-image={wish}", "a throw-away overlay cannot be larger than 16 TiB"));
        return image;
    }

    private static long Sectors(long size) => (size + SectorSize - 1) / SectorSize * SectorSize;

    private DriveSpec? NewChild(string subject, string path, TemplateResolver template)
    {
        var wish = options.GrowImage ?? 0;
        if (options.ImageDiskType == DiskType.ScsiCd)
        {
            problems.Add(new Problem("template-cd", subject, "a CD is never written to, so it needs no child", "boot the template itself with -i"));
            return null;
        }

        if (Math.Max(template.Image.VirtualSize, wish) > QcowOverlay.MaxSize)
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
            VirtualSize = Math.Max(template.Image.VirtualSize, Sectors(wish)),
            IsRoot = true,
            Discard = options.DiscardDisk,
            MadeFrom = template.Facts,
            Backing = Below(template.Backing),
        };
    }

    private static BackingSpec[] Below(IReadOnlyList<BackingFacts> backing) =>
        [.. backing.Select(file => new BackingSpec(file.Path, file.Format, file.IsBlockDevice))];

    private DriveSpec? Extra(ExtraDrive wish, int index)
    {
        var type = wish.Type ?? options.ImageDiskType;
        var ephemeral = options.Ephemeral && !wish.Persist;
        return Drive($"--extra-drive={wish.Path}", wish.Path, wish.Format, type, DeviceIds.ExtraDrive(index), ephemeral, out _);
    }

    private DriveSpec? Drive(
        string subject, string path, ImageFormat format, DiskType type, string id, bool ephemeral, out ImageFacts? facts)
    {
        var readOnly = type == DiskType.ScsiCd;
        var throwAway = ephemeral && !readOnly;
        var writes = !readOnly && !throwAway;
        facts = ImageProbe.Probe(subject, path, format, writes, problems);
        if (facts is null)
            return null;
        notices.AddRange(facts.Warnings);
        ImageLock.Check(subject, facts, writes, problems);
        return new DriveSpec
        {
            Id = id,
            Path = Path.GetFullPath(path),
            Format = facts.Format,
            Type = type,
            Serial = DiskSerial.For(path, type),
            VirtualSize = facts.VirtualSize,
            IsBlockDevice = facts.IsBlockDevice,
            ReadOnly = readOnly,
            Discard = options.DiscardDisk && !readOnly,
            OverlayDirectory = throwAway ? OverlayDirectory(subject, path) : null,
            Backing = Below(facts.Backing),
        };
    }

    private string? OverlayDirectory(string subject, string path) =>
        OverlayPlace.Choose(subject, "what the guest writes", path, surroundings.Environment("TMPDIR"), problems)?.Directory;

    /// <summary>Two writers in one VM destroy an image as surely as two VMs do.</summary>
    private void RefuseSharedWrites(List<DriveSpec> drives)
    {
        foreach (var group in drives.GroupBy(drive => drive.Path).Where(group => group.Count() > 1))
        {
            if (group.Any(drive => !drive.ReadOnly && drive.OverlayDirectory is null))
            {
                problems.Add(new Problem("image-twice", group.Key, "is attached more than once and written to",
                    "attach it once, or use --ephemeral"));
            }
        }
    }

    private void WarnAboutCd()
    {
        if (options.ImageDiskType != DiskType.ScsiCd)
            return;
        if (options.Ephemeral)
            notices.Add("--ephemeral: a CD is never written to, so it changes nothing for the root disk");
        if (options.GrowImage is not null)
            notices.Add("--grow-image=: a CD is not grown");
    }
}
