using Vmspawn.Control.Ports;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Qmp;
using Vmspawn.Spec;
using Vmspawn.Supervise;

namespace Vmspawn.Control.Storage;

/// <summary>The disks and ports of a running VM, and the operations on them.</summary>
internal sealed class DiskHotplug : IAsyncDisposable
{
    private readonly BackgroundTasks _background;
    private readonly Removals _removals;
    private readonly WriteFailures _failures;

    public DiskHotplug(MachineSpec spec, VmPlan plan, MonitorAccess monitor, TimeProvider clock, VmMessages messages)
    {
        Topology = plan.Topology;
        Ports = new PortPool(new PortTable(plan.Topology, clock, BootStorage.PortOwners(spec, plan)), clock);
        var boot = new BootStorage(spec, plan, Ports);
        Table = new StorageTable(boot.Disks, plan.Topology);
        _background = new BackgroundTasks((subject, error) =>
        {
            // The end of the monitor is reported elsewhere, and ends all waits for QEMU.
            if (error is not QmpDisconnectedException)
                messages.Notice($"{subject}: {error.Message}");
        }, time: clock);
        _removals = new Removals(monitor, Ports, clock, _background, messages.Notice);
        _failures = new WriteFailures(spec.Name, Table, messages.Error);
        var controllers = new ScsiControllers(Ports, _removals, _background, boot.Controller);
        var blocks = new BlockNodes(spec.IoUring);
        var cleanup = new DiskCleanup(blocks, controllers, Table, _background);
        Attach = new DiskAttach(monitor, spec.Qemu, spec.DiscardDisks, Table, Ports, controllers, _removals, blocks, cleanup, _background, clock);
        Detach = new DiskDetach(Table, _removals, clock);
        Faults = new DiskFaults(monitor, Table, _background, clock);
        Replace = new DiskReplace(monitor, Table, blocks, _background, clock, messages.Notice);

        foreach (var disk in boot.Disks)
            _removals.Register(disk, qemu => cleanup.RunAsync(qemu, disk), isThere: true);
        _background.Run("disks", stop => FollowAsync(monitor, stop));
    }

    public Pcie.PcieTopology Topology { get; }

    public PortPool Ports { get; }

    public StorageTable Table { get; }

    public DiskAttach Attach { get; }

    public DiskDetach Detach { get; }

    public DiskReplace Replace { get; }

    public DiskFaults Faults { get; }

    /// <summary>Ends it. The monitor has ended, unless QEMU could not be killed.</summary>
    public ValueTask DisposeAsync() => _background.DisposeAsync();

    /// <summary>Handles QEMU's events about devices and disks, from its greeting to the monitor's end.</summary>
    private async Task FollowAsync(MonitorAccess monitor, CancellationToken stop)
    {
        if (await monitor.WhenReadyAsync().WaitAsync(stop).ConfigureAwait(false) is { } qemu)
            await Task.WhenAll(_removals.ListenAsync(qemu, stop), _failures.ListenAsync(qemu, stop)).ConfigureAwait(false);
    }
}
