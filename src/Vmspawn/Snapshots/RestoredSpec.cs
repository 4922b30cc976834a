using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Snapshots;

/// <summary>The machine that continues a snapshot: that of the snapshot's options, with its memory, its disks and its keys.</summary>
internal static class RestoredSpec
{
    /// <param name="spec">The machine of the snapshot's options.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="problems">Receives why it does not fit.</param>
    public static MachineSpec Of(MachineSpec spec, SnapshotFiles snapshot, List<Problem> problems)
    {
        var manifest = snapshot.Manifest;
        CheckQemu(spec, manifest.Qemu, snapshot.Directory, problems);
        foreach (var stamp in manifest.Files)
        {
            if (stamp.WhyChanged() is { } why)
                problems.Add(new Problem("restore-file", stamp.Path, $"{why}; the snapshot {snapshot.Directory} needs it unchanged", "make another snapshot"));
        }

        var zstd = manifest.Compression == MemoryCompression.Zstd ? Zstd(snapshot.Directory, problems) : null;
        return spec with
        {
            Incoming = snapshot.TryIdentify(SnapshotFiles.Memory, problems, manifest.MemorySize) is { } memory ? new IncomingSpec(snapshot.PathOf(SnapshotFiles.Memory), memory, zstd) : null,
            Drives = [.. spec.Drives.Select(drive => Drive(drive, snapshot, problems))],
            Ssh = spec.Ssh is { } ssh && snapshot.TryReadKey(problems) is { } key ? ssh with { Key = key } : spec.Ssh,
            // Its state comes with the memory.
            Tpm = spec.Tpm is { } tpm ? tpm with { Maker = null, IsKept = false } : null,
        };
    }

    private static void CheckQemu(MachineSpec spec, FrozenQemu frozen, string directory, List<Problem> problems)
    {
        var now = FrozenMachine.Qemu(spec);
        if (now.Version != frozen.Version)
            Add("QEMU", $"is version {now.Version} ({now.Path}), the snapshot is of {frozen.Version} ({frozen.Path})", "put that QEMU first in $PATH, or make another snapshot");
        else if (now.Machine != frozen.Machine)
            Add("machine type", $"is {now.Machine} here, the snapshot is of {frozen.Machine}", "make another snapshot");
        if (now.Accelerator != frozen.Accelerator)
            Add("accelerator", $"is {now.Accelerator} here, the snapshot is of {frozen.Accelerator}", "make another snapshot");
        else if (now.Processor != frozen.Processor)
            Add("processor", $"this host's is {now.Processor}, the snapshot is of {frozen.Processor}", "make another snapshot on this host");

        void Add(string subject, string text, string hint) => problems.Add(new Problem("restore-host", $"{directory}: {subject}", text, hint));
    }

    private static string? Zstd(string directory, List<Problem> problems)
    {
        if (Executable.Find("zstd", Environment.GetEnvironmentVariable("PATH")) is { } zstd)
            return zstd;
        problems.Add(new Problem("restore-zstd", directory, "its memory is compressed, and zstd(1) is not installed", "install it (Debian: zstd)"));
        return null;
    }

    private static DriveSpec Drive(DriveSpec drive, SnapshotFiles snapshot, List<Problem> problems)
    {
        if (snapshot.Manifest.Drives.FirstOrDefault(frozen => frozen.Id == drive.Id) is not { } found)
            return drive;
        if (found.Content is { } content)
            return snapshot.TryReadAll(content, problems) is { } bytes ? drive with { Content = bytes } : drive;
        var overlays = found.Overlays.Select(name => (Path: snapshot.PathOf(name), Identity: snapshot.TryIdentify(name, problems)));
        return drive with { Frozen = [.. overlays.Select(overlay => new BackingSpec(overlay.Path, ImageFormat.Qcow2, IsBlockDevice: false, overlay.Identity))] };
    }
}
