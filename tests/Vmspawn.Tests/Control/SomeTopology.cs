using Vmspawn.Pcie;

namespace Vmspawn.Tests.Control;

internal static class SomeTopology
{
    /// <summary>A small q35 with so many spare ports, and drives on ports of their own.</summary>
    public static PcieTopology With(int spares, int drives = 0)
    {
        var demands = Enumerable.Range(0, drives)
            .Select(i => DeviceDemand.Boot($"vmspawn-extra-{i}", "virtio-blk-pci", BootClass.Drive, $"drive {i}"));
        var plan = PciePlanner.Plan(new PcieRequest(PcieMachine.Q35, PcieLayout.Ports, spares, [.. demands], []));
        Assert.Empty(plan.Problems);
        return plan.Topology!;
    }
}
