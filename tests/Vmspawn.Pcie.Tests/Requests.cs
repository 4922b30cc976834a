namespace Vmspawn.Pcie.Tests;

/// <summary>Builds requests by count, the way the machine would ask.</summary>
internal sealed record Requests
{
    public PcieMachine Machine { get; init; } = PcieMachine.Q35;
    public PcieLayout Layout { get; init; }
    public int Integrated { get; init; } = 3;
    public int Nics { get; init; } = 1;
    public int Roots { get; init; } = 1;
    public int Vsocks { get; init; }
    public int Drives { get; init; }
    public int Shares { get; init; }
    public int Controllers { get; init; }
    public int Spares { get; init; } = 10;
    public UserDevice[] User { get; init; } = [];

    public PcieRequest Request()
    {
        var devices = new List<DeviceDemand>();
        // Deliberately not in class order: the planner orders.
        Add(devices, Drives, "drive", "virtio-blk-pci", BootClass.Drive);
        Add(devices, Shares, "share", "vhost-user-fs-pci", BootClass.Share);
        Add(devices, Integrated, "integrated", "virtio-rng-pci", null);
        Add(devices, Controllers, "scsi", "virtio-scsi-pci", BootClass.Controller);
        Add(devices, Nics, "nic", "virtio-net-pci", BootClass.Nic);
        Add(devices, Roots, "root", "virtio-blk-pci", BootClass.Root);
        Add(devices, Vsocks, "vsock", "vhost-vsock-pci", BootClass.Vsock);
        return new PcieRequest(Machine, Layout, Spares, devices, User);
    }

    public PciePlan Plan() => PciePlanner.Plan(Request());

    public PcieTopology Topology()
    {
        var plan = Plan();
        Assert.Empty(plan.Problems);
        return plan.Topology!;
    }

    public PcieProblem Problem()
    {
        var plan = Plan();
        Assert.Null(plan.Topology);
        return Assert.Single(plan.Problems);
    }

    public static UserDevice[] Nvme(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new UserDevice(i, "nvme"))];

    private static void Add(List<DeviceDemand> devices, int count, string name, string driver, BootClass? bootClass)
    {
        for (var i = 0; i < count; i++)
            devices.Add(new DeviceDemand($"{name}{i}", driver, bootClass, $"{name} {i}"));
    }
}
