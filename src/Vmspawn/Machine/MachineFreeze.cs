using System.Reflection;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Control;
using Vmspawn.Control.Storage;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Options;
using Vmspawn.Plan.Arguments;
using Vmspawn.Qmp;
using Vmspawn.Snapshots;
using Vmspawn.Spec;

namespace Vmspawn;

/// <summary>Freezes a running machine into a directory, which gets its name when it is complete. After a failure the machine goes on as before.</summary>
/// <param name="planning">What was started.</param>
/// <param name="vm">The machine.</param>
/// <param name="monitor">QEMU's monitor.</param>
/// <param name="disks">Its disks.</param>
/// <param name="channels">The ways into its guest.</param>
/// <param name="guest">What the guest has reported.</param>
internal sealed class MachineFreeze(VmPlanning planning, RunningVm vm, MonitorAccess monitor, StorageTable disks, MachineChannels channels, Func<GuestState> guest)
{
    /// <summary>zstd ends when it has written what it has read.</summary>
    private static readonly TimeSpan CompressionBound = TimeSpan.FromMinutes(1);

    private bool _isBusy;

    private MachineSpec Spec => planning.Spec!;

    /// <returns>The snapshot. Unless the machine is kept, its processors stay stopped, and the caller ends it.</returns>
    /// <exception cref="VmSnapshotException">It cannot be frozen; it goes on.</exception>
    public async Task<SnapshotFiles> RunAsync(string directory, VmFreezeOptions options, CancellationToken cancel)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (Interlocked.Exchange(ref _isBusy, true))
            throw new VmSnapshotException("it is being frozen already");
        try
        {
            Check(path, options);
            var qemu = await monitor.GetAsync().ConfigureAwait(false);
            if (await MemorySave.BlockedByAsync(qemu, cancel).ConfigureAwait(false) is [_, ..] blocked)
                throw new VmSnapshotException($"QEMU cannot save its state: {string.Join("; ", blocked)}");
            using var draft = Draft.CreateDirectory(Path.GetDirectoryName(path)!);
            var wasRunning = (await qemu.QueryStatusAsync(cancellationToken: cancel).ConfigureAwait(false)).Running;
            using var held = wasRunning ? await channels.HoldAsync(cancel).ConfigureAwait(false) : null;
            var isDone = false;
            try
            {
                await qemu.StopAsync(cancellationToken: cancel).ConfigureAwait(false);
                await SaveMemoryAsync(qemu, Path.Combine(draft.Path, SnapshotFiles.Memory), options.Compression, cancel).ConfigureAwait(false);
                var manifest = WriteRest(draft.Path, options.Compression, isPaused: !wasRunning, cancel);
                isDone = draft.TryGiveName(path) ? true : throw new VmSnapshotException($"{path} has just been made by another process");
                return new SnapshotFiles(path, manifest);
            }
            finally
            {
                if (wasRunning && (options.Keep || !isDone))
                    await ContinueAsync(qemu).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or QmpException or VmControlException or GuestChannelException)
        {
            throw new VmSnapshotException($"cannot freeze it into {path}: {FailureReason.Of(error)}", error);
        }
        finally
        {
            Volatile.Write(ref _isBusy, false);
        }
    }

    private static async Task ContinueAsync(QmpClient qemu)
    {
        try
        {
            await qemu.ContAsync().ConfigureAwait(false);
        }
        catch (QmpException)
        {
            // It has ended, or cannot go on; the caller learns the reason of the failure that came first, and the state is in its status.
        }
    }

    private void Check(string path, VmFreezeOptions options)
    {
        if (Path.Exists(path))
            throw new VmSnapshotException($"{path} exists already (name another directory, or remove it by vmspawn snapshot rm)");
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new VmSnapshotException($"there is no directory {Path.GetDirectoryName(path)} to freeze it into");
        if (SnapshotRules.Check(Spec) is [_, ..] problems)
            throw new VmSnapshotException(problems);
        if (options.Keep && Spec.Drives.FirstOrDefault(drive => drive is { ReadOnly: false, OverlayDirectory: null }) is { } written)
            throw new VmSnapshotException($"a machine that goes on would change {written.Path}, on which the snapshot depends (start it with --ephemeral, or freeze it without --keep)");
        var now = disks.All;
        if (now.FirstOrDefault(disk => !disk.IsFromBoot) is { } added)
            throw new VmSnapshotException($"disk {added.Name} was attached while it runs, so a machine of its options has no place for it (detach it, or start the machine with --extra-drive=)");
        if (now.Count != Spec.Drives.Count)
            throw new VmSnapshotException("a disk was detached that it was started with, so a machine of its options has one more (start it without that disk)");
        if (Spec.Drives.FirstOrDefault(drive => drive.Identity is { } file && now.First(disk => disk.DeviceId == drive.Id).Files is var files && !files.Contains(file)) is { } replaced)
            throw new VmSnapshotException($"disk {replaced.Id} has another file than {replaced.Path}, which it was started with (replace it by that one)");
    }

    private async Task SaveMemoryAsync(QmpClient qemu, string path, MemoryCompression compression, CancellationToken cancel)
    {
        using var file = NewFile.Create(path);
        if (compression == MemoryCompression.None)
        {
            // A set needs a descriptor of exactly the access that is asked for.
            using var writeOnly = OpenFile.WriteOnly(path);
            await MemorySave.SaveAsync(qemu, writeOnly, Spec.Qemu.MigratesToFileSets, cancel).ConfigureAwait(false);
            return;
        }

        var zstd = Executable.Find("zstd") ?? throw new VmSnapshotException("zstd(1) is not installed, which compresses the memory (install it, or freeze without compression)");
        using var data = Pipe.Create();
        using var errors = Pipe.Create();
        using var said = new StderrTail(OpenFile.Duplicate(errors.ReadEnd));
        using var child = ChildProcess.Start(new ChildSpec(zstd, ["-q", "-c", "-T0"]) { StandardInput = data.ReadEnd, StandardOutput = file, StandardError = errors.WriteEnd });
        data.ReadEnd.Dispose();
        errors.WriteEnd.Dispose();
        await MemorySave.SaveAsync(qemu, data.WriteEnd, toFileSet: false, cancel).ConfigureAwait(false);
        data.WriteEnd.Dispose();
        var exit = await child.Exited.WaitAsync(CompressionBound, cancel).ConfigureAwait(false);
        if (!exit.IsSuccess)
            throw new IOException($"zstd {exit}{await StderrExcerpt.AfterAsync(said, cancel).ConfigureAwait(false)}");
    }

    private SnapshotManifest WriteRest(string directory, MemoryCompression compression, bool isPaused, CancellationToken cancel)
    {
        var state = guest();
        if (Spec.Ssh is { } ssh)
            PrivateFiles.Write(Path.Combine(directory, SnapshotFiles.PrivateKey), ssh.Key.Private.Span);
        var manifest = new SnapshotManifest
        {
            Format = SnapshotManifest.CurrentFormat,
            Name = vm.Plan.Name,
            Created = DateTimeOffset.UtcNow,
            Writer = typeof(MachineFreeze).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
            Qemu = FrozenMachine.Qemu(Spec),
            Compression = compression,
            MemorySize = new FileInfo(Path.Combine(directory, SnapshotFiles.Memory)).Length,
            IsPaused = isPaused,
            IsReady = state.Ready,
            Status = state.Status,
            Channel = channels.All.Best?.Name,
            Drives = [.. Spec.Drives.Select(drive => Write(drive, directory, cancel)).OfType<FrozenDrive>()],
            Files = FrozenMachine.Stamps(Spec),
            Hardware = FrozenHardware.Of(vm.Plan),
            Macs = [.. Spec.Nics.Select(nic => nic.Mac)],
            PublicKey = Spec.Ssh?.Key.Public,
            Credentials = FrozenMachine.Credentials(planning.Options, Spec),
            Options = FrozenOptions.Of(planning.Options, Spec),
        };
        PrivateFiles.Write(Path.Combine(directory, SnapshotFiles.ManifestName), manifest.ToJson());
        return manifest;
    }

    private FrozenDrive? Write(DriveSpec drive, string directory, CancellationToken cancel)
    {
        if (!drive.Content.IsEmpty)
        {
            var name = SnapshotFiles.Content(drive.Id);
            PrivateFiles.Write(Path.Combine(directory, name), drive.Content.Span);
            return new FrozenDrive(drive.Id, name, []);
        }

        if (!vm.Overlays.TryGetValue(DriveNodes.OverlaySlot(drive.Id), out var top))
            return null;
        var overlays = new List<string>();
        Copy(top);
        // Those of the snapshot that this machine has continued: a snapshot depends on no other.
        foreach (var layer in drive.Frozen)
        {
            using var file = SameFile.Open(layer.Path, writable: false, layer.Identity);
            Copy(file);
        }

        return new FrozenDrive(drive.Id, null, overlays);

        void Copy(SafeFileHandle from)
        {
            var name = SnapshotFiles.Overlay(drive.Id, overlays.Count);
            using var copy = NewFile.Create(Path.Combine(directory, name));
            SparseCopy.Run(from, copy, cancel);
            overlays.Add(name);
        }
    }
}
