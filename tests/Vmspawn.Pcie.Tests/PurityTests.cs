using System.Runtime.Versioning;

namespace Vmspawn.Pcie.Tests;

public class PurityTests
{
    [Fact]
    public void The_planner_references_nothing_but_the_framework()
    {
        var references = typeof(PciePlanner).Assembly.GetReferencedAssemblies();
        Assert.All(references, name => Assert.StartsWith("System.", name.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_planner_runs_on_every_platform() =>
        Assert.Empty(typeof(PciePlanner).Assembly.GetCustomAttributes(typeof(OSPlatformAttribute), inherit: false));

    [Fact]
    public void A_contradictory_request_is_an_error_of_the_caller()
    {
        var twice = DeviceDemand.Boot("same", "virtio-net-pci", BootClass.Nic, "network");
        Assert.Throws<ArgumentException>(
            () => PciePlanner.Plan(new PcieRequest(PcieMachine.Q35, PcieLayout.Auto, 0, [twice, twice], [])));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PciePlanner.Plan(new PcieRequest(PcieMachine.Q35, PcieLayout.Auto, -1, [], [])));
    }
}
