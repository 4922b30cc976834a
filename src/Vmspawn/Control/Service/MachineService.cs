using Vmspawn.Control.Storage;
using Vmspawn.Guests;
using Vmspawn.Launch;
using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Plan.Print;
using Vmspawn.Qmp;
using Vmspawn.Snapshots;
using Vmspawn.Spec;
using Vmspawn.Supervise;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary><c>org.vmspawn.Machine</c>: what systemd's interfaces do not provide.</summary>
internal sealed class MachineService(
    RunningVm vm, MachineSpec spec, MonitorAccess monitor, DiskHotplug disks, Supervisor supervisor, GuestTransports channels, Freezer freeze, Func<Task>? beforeRestart, FinalReplies finalReplies, Task<QemuEnd> end)
{
    private readonly DiskMethods _disks = new(disks);
    private long _memoryTarget = spec.Ram.Size;

    public VarlinkImplementation Create() => new VarlinkImplementation(ControlInterfaces.Machine)
        .On("Status", Guarded(StatusAsync))
        .On("ListStorage", Guarded(_disks.ListStorageAsync))
        .On("ListPorts", Guarded(_disks.ListPortsAsync))
        .On("Topology", Guarded(TopologyAsync))
        .On("Attach", Guarded(_disks.AttachAsync))
        .On("Detach", Guarded(_disks.DetachAsync))
        .On("Replace", Guarded(_disks.ReplaceAsync))
        .On("SetMemory", Guarded(SetMemoryAsync))
        .On("GetMemory", Guarded(GetMemoryAsync))
        .On("Restart", Guarded(RestartAsync))
        .On("Freeze", Guarded(FreezeAsync))
        .On("WaitExit", Guarded(call => finalReplies.AddAsync(WaitExitAsync(call))));

    private async Task StatusAsync(VarlinkCall call)
    {
        var status = await monitor.AskAsync(qemu => qemu.QueryStatusAsync()).ConfigureAwait(false);
        await call.ReplyAsync(reply =>
        {
            reply.WriteString("name"u8, spec.Name);
            reply.WriteNumber("pid"u8, Environment.ProcessId);
            reply.WriteNumber("qemuPid"u8, vm.Qemu.Id);
            reply.WriteString("qemuVersion"u8, spec.Qemu.Version.ToString());
            reply.WriteString("state"u8, status.Status);
            reply.WriteBoolean("running"u8, status.Running);
            reply.WriteString("accelerator"u8, spec.Accelerator.Name);
            reply.WriteNumber("cpus"u8, spec.Cpus.Count);
            reply.WriteNumber("memory"u8, spec.Ram.Size);
            reply.WriteNumber("startedUsec"u8, (vm.Started - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            reply.WriteString("image"u8, spec.Drives is [{ IsRoot: true } root, ..] ? root.Path : null);
            reply.WriteString("runtimeDirectory"u8, vm.Directory.Path);
            reply.WriteString("layout"u8, TopologyJson.Word(vm.Plan.Topology.Layout));
            var said = supervisor.Guest;
            reply.WriteBoolean("ready"u8, said.Ready);
            reply.WriteString("guestStatus"u8, said.Status);
            reply.WriteString("guestChannel"u8, channels.Best?.Name);
            if (vm.Plan.Vsock is { } vsock)
                reply.WriteNumber("vsockCid"u8, vsock.Cid);
            if (vm.Ssh is { } ssh)
            {
                reply.WriteString("sshAddress"u8, ssh.Address);
                reply.WriteNumber("sshPort"u8, ssh.Port);
                reply.WriteString("sshPrivateKeyPath"u8, ssh.KeyFile);
            }
        }).ConfigureAwait(false);
    }

    private async Task TopologyAsync(VarlinkCall call) =>
        await call.ReplyAsync(reply =>
        {
            reply.WritePropertyName("plan"u8);
            PlanJson.Write(vm.Plan, reply);
        }).ConfigureAwait(false);

    private async Task SetMemoryAsync(VarlinkCall call)
    {
        var bytes = call.Parameters.GetProperty("bytes"u8).GetInt64();
        if (bytes <= 0 || bytes > spec.Ram.Size)
        {
            throw new VmControlException(
                VmControlFailure.BadConfig, $"{bytes} bytes of memory cannot be asked for: the VM was started with {spec.Ram.Size}");
        }

        await monitor.RunAsync(qemu => qemu.BalloonAsync(bytes)).ConfigureAwait(false);
        Volatile.Write(ref _memoryTarget, bytes);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    private async Task GetMemoryAsync(VarlinkCall call)
    {
        var bytes = await monitor.AskAsync(qemu => qemu.QueryBalloonAsync()).ConfigureAwait(false);
        await call.ReplyAsync(reply =>
        {
            reply.WriteNumber("bytes"u8, bytes);
            reply.WriteNumber("target"u8, Volatile.Read(ref _memoryTarget));
        }).ConfigureAwait(false);
    }

    private async Task RestartAsync(VarlinkCall call)
    {
        var reason = beforeRestart is null ? "the program that owns it does not start it again: a library does not, nor run --exec=, nor a machine whose options read standard input or a shell's <(…)"
            : supervisor.IsStopping ? "it is ending already"
            : null;
        if (reason is not null)
            throw new VarlinkErrorException($"{ControlInterfaces.Ours}.NoRestart", error => error.WriteString("reason"u8, reason));
        var request = new RestartRequest(call.OptionalFlag("force") ?? false, call.TakeFile());
        await beforeRestart!().ConfigureAwait(false);
        if (!supervisor.Inbox.TryWrite(new RestartAsked(request)))
            await request.DisposeAsync().ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    private async Task FreezeAsync(VarlinkCall call)
    {
        var directory = call.Parameters.GetProperty("directory"u8).GetString()!;
        if (!Path.IsPathFullyQualified(directory))
            throw ServiceErrors.InvalidParameter("directory");
        var compression = call.OptionalText("compression") switch
        {
            null or "none" => MemoryCompression.None,
            "zstd" => MemoryCompression.Zstd,
            _ => throw ServiceErrors.InvalidParameter("compression"),
        };
        var options = new VmFreezeOptions { Keep = call.OptionalFlag("keep") ?? false, Compression = compression };
        try
        {
            await freeze(directory, options, call.Cancellation).ConfigureAwait(false);
        }
        catch (VmSnapshotException failure)
        {
            throw new VarlinkErrorException($"{ControlInterfaces.Ours}.NotFrozen", error => error.WriteString("reason"u8, failure.Message));
        }

        try
        {
            await call.ReplyAsync().ConfigureAwait(false);
        }
        finally
        {
            // It is stopped, also when the caller is gone.
            if (!options.Keep)
                supervisor.Inbox.TryWrite(new KillAsked($"a snapshot: it is in {directory}"));
        }
    }

    private async Task WaitExitAsync(VarlinkCall call)
    {
        var ended = await end.WaitAsync(call.Cancellation).ConfigureAwait(false);
        await call.ReplyAsync(reply =>
        {
            reply.WriteNumber("status"u8, ended.Status);
            reply.WriteString("reason"u8, ended.Errors is [var first, ..] ? first : null);
        }).ConfigureAwait(false);
    }

    private VarlinkHandler Guarded(Func<VarlinkCall, Task> method) =>
        GuardedHandler.Of(method, (call, failure) => MachineFailures.Of(failure, call, disks.Ports));
}
