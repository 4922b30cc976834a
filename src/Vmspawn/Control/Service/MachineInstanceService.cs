using System.Threading.Channels;
using Vmspawn.Control.Storage;
using Vmspawn.Qmp;
using Vmspawn.Supervise;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary><c>io.systemd.MachineInstance</c>, used by machinectl and varlinkctl.</summary>
internal sealed class MachineInstanceService(
    MonitorAccess monitor, DiskHotplug disks, ChannelWriter<SupervisorEvent> inbox, FinalReplies finalReplies, Action<string> log)
{
    public VarlinkImplementation Create() => new VarlinkImplementation(ControlInterfaces.MachineInstance)
        .On("Terminate", Done(TerminateAsync))
        .On("PowerOff", Done(PowerOffAsync))
        .On("Reboot", Done(RebootAsync))
        .On("Pause", Done(_ => monitor.RunAsync(qemu => qemu.StopAsync())))
        .On("Resume", Done(_ => monitor.RunAsync(qemu => qemu.ContAsync())))
        .On("Describe", Guarded(DescribeAsync))
        .On("SubscribeEvents", Guarded(call => finalReplies.AddAsync(EventFeed.ServeAsync(call, monitor, disks.Table))))
        .On("AddStorage", Done(AddStorageAsync))
        .On("RemoveStorage", Done(call => disks.Detach.DetachAsync(Added(call), wait: true, DiskDetach.DefaultTimeout)))
        .On("ReplaceStorage", Done(ReplaceStorageAsync));

    private Task TerminateAsync(VarlinkCall call)
    {
        inbox.TryWrite(new KillAsked("a client"));
        return Task.CompletedTask;
    }

    private async Task PowerOffAsync(VarlinkCall call)
    {
        // The supervisor presses the button; without a monitor the caller gets an error.
        await monitor.GetAsync().ConfigureAwait(false);
        inbox.TryWrite(new PowerOffAsked());
    }

    private async Task RebootAsync(VarlinkCall call)
    {
        await monitor.RunAsync(qemu => qemu.SystemResetAsync()).ConfigureAwait(false);
        inbox.TryWrite(new ResetAsked());
    }

    private async Task DescribeAsync(VarlinkCall call)
    {
        var status = await monitor.AskAsync(qemu => qemu.QueryStatusAsync()).ConfigureAwait(false);
        await call.ReplyAsync(reply =>
        {
            reply.WriteBoolean("running"u8, status.Running);
            reply.WriteString("status"u8, status.Status);
        }).ConfigureAwait(false);
    }

    private Task AddStorageAsync(VarlinkCall call) => disks.Attach.AttachAsync(
        new AttachRequest(call.Name(), call.OptionalText("config"), ReadOnly: null, Path: null), call.TakeFile());

    private Task ReplaceStorageAsync(VarlinkCall call) =>
        disks.Replace.ReplaceAsync(Added(call), call.TakeFile(), path: null, format: null);

    /// <summary>The name of a disk that was added to the running VM: other disks cannot be changed by this interface, as in systemd-vmspawn.</summary>
    private string Added(VarlinkCall call)
    {
        var name = call.Name();
        return disks.Table.Find(name).IsFromBoot
            ? throw new VmControlException(VmControlFailure.StorageImmutable, $"disk {name} is one that the VM was started with, which only {ControlInterfaces.Ours} changes")
            : name;
    }

    /// <summary>A method without a result.</summary>
    private VarlinkHandler Done(Func<VarlinkCall, Task> method) => Guarded(async call =>
    {
        await method(call).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    });

    private VarlinkHandler Guarded(Func<VarlinkCall, Task> method) => GuardedHandler.Of(method, (call, failure) =>
    {
        // The errors of this interface have no reason, so it is written to the supervisor's messages.
        if (failure.Failure is not VmControlFailure.NotConnected)
            log($"{call.Method}: {failure.Message}");
        return InstanceFailures.Of(failure);
    });
}
