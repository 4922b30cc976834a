using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Networks;
using Vmspawn.Spec;
using Vmspawn.Supervise;

namespace Vmspawn;

/// <summary>Takes the link of a card down when its network ends, so that the guest does not take it for a network whose machines are silent.</summary>
internal sealed class NetworkCables : IAsyncDisposable
{
    private readonly BackgroundTasks _tasks;

    public NetworkCables(RunningVm vm, MachineSpec spec, MonitorSlot monitor, Action<string> notice)
    {
        _tasks = new BackgroundTasks((what, why) => notice($"{vm.Plan.Name}: cannot {what}: {FailureReason.Of(why)}"));
        foreach (var (link, nic) in vm.Networks.Zip(spec.Nics.Where(nic => nic.Link is SwitchLink)))
            _tasks.Run($"take down the link of the network {link.Network}", stop => FollowAsync(link, nic, vm.Plan.Name, monitor, notice, stop));
    }

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    private static async Task FollowAsync(NetworkLink link, NicSpec nic, string machine, MonitorSlot monitor, Action<string> notice, CancellationToken stop)
    {
        await link.Ended.WaitAsync(stop).ConfigureAwait(false);
        notice($"{machine}: the network {link.Network} has ended; the guest's card in it has no link any more");
        if (await Task.WhenAny(monitor.Ready, monitor.Lost).WaitAsync(stop).ConfigureAwait(false) == monitor.Ready)
            await VmNic.SetLinkAsync(await monitor.Ready.ConfigureAwait(false), DeviceIds.Nic(nic.Index), up: false, stop).ConfigureAwait(false);
    }
}
