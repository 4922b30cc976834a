using Vmspawn.Control.Ports;
using Vmspawn.Plan;
using Vmspawn.Qmp;
using Vmspawn.Spec;
using Vmspawn.Supervise;

namespace Vmspawn.Control.Storage;

/// <summary>The disks and ports of a running VM, and what can be done to them.</summary>
internal sealed class DiskBay : IDisposable
{
    private readonly Removals _removals;
    private readonly ScsiControllers _controllers;
    private readonly WriteFailures _failures;

    public DiskBay(MachineSpec spec, VmPlan plan, MonitorAccess monitor, TimeProvider clock, VmMessages messages)
    {
        var boot = new BootStorage(spec, plan);
        Topology = plan.Topology;
        Ports = new PortPool(new PortTable(plan.Topology, clock, boot.PortOwners));
        Table = new StorageTable(boot.Disks, plan.Topology);
        _removals = new Removals(monitor, Ports, clock, messages.Notice);
        _failures = new WriteFailures(spec.Name, Table, messages.Error);
        var blocks = new BlockNodes(spec.IoUring);
        _controllers = new ScsiControllers(Ports, _removals, boot.Controller);
        Attach = new DiskAttach(monitor, spec.Qemu, Table, Ports, _controllers, _removals, blocks);
        Detach = new DiskDetach(Table, _removals, clock);
        Replace = new DiskReplace(monitor, Table, blocks, new MediumSwap(blocks, clock));

        foreach (var disk in boot.Disks)
            _removals.Register(disk, qemu => DiskDetach.GiveBackAsync(qemu, disk, blocks, _controllers, Table));
        if (boot.Controller is { } controller)
            _removals.Register(controller, _ => Task.CompletedTask);
    }

    public Pcie.PcieTopology Topology { get; }

    public PortPool Ports { get; }

    public StorageTable Table { get; }

    public DiskAttach Attach { get; }

    public DiskDetach Detach { get; }

    public DiskReplace Replace { get; }

    public void Dispose() => _controllers.Dispose();

    /// <summary>Follows what QEMU says of devices and disks, from its greeting to its end.</summary>
    public async Task FollowAsync(Task<QmpClient> greeted)
    {
        var qemu = await greeted;
        await Task.WhenAll(_removals.ListenAsync(qemu), _failures.ListenAsync(qemu));
    }
}
