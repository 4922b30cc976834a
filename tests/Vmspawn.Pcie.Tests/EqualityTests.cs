using CsCheck;

namespace Vmspawn.Pcie.Tests;

/// <summary>Requests and plans compare by value, whatever lists they were made from.</summary>
public class EqualityTests
{
    [Fact]
    public void Equal_requests_have_equal_plans() => RequestGen.Any.Sample(requests =>
    {
        var (request, copy) = (requests.Request(), Copy(requests.Request()));
        Assert.Equal(request, copy);
        Assert.Equal(request.GetHashCode(), copy.GetHashCode());
        var (plan, again) = (PciePlanner.Plan(request), PciePlanner.Plan(copy));
        Assert.Equal(plan, again);
        Assert.Equal(plan.GetHashCode(), again.GetHashCode());
    });

    [Fact]
    public void A_change_of_any_item_is_a_difference() => RequestGen.Any.Sample(requests =>
    {
        var request = requests.Request();
        Assert.NotEqual(request, request with { Devices = [.. request.Devices, DeviceDemand.Boot("one-more", "nvme", BootClass.Drive, "drive")] });
        Assert.NotEqual(request, request with { User = [.. request.User, new UserDevice(9999, "nvme")] });
        Assert.NotEqual(request, request with { Machine = request.Machine with { Reserved = [] } });
        if (PciePlanner.Plan(request).Topology is not { } topology)
            return;
        Assert.Equal(topology, topology with { Devices = [.. topology.Devices], Ports = [.. topology.Ports], Elsewhere = [.. topology.Elsewhere] });
        if (topology.Devices is [.., var device])
            Assert.NotEqual(topology, topology with { Devices = [.. topology.Devices.SkipLast(1), device with { Function = device.Function ^ 1 }] });
        if (topology.Ports is [.., var port])
            Assert.NotEqual(topology, topology with { Ports = [.. topology.Ports.SkipLast(1), port with { Chassis = port.Chassis + 1 }] });
        Assert.NotEqual(topology, topology with { Elsewhere = [.. topology.Elsewhere, new UserDevice(9999, "nvme")] });
    });

    [Fact]
    public void A_list_that_is_changed_later_does_not_change_the_request()
    {
        var devices = new List<DeviceDemand> { DeviceDemand.Boot("net", "virtio-net-pci", BootClass.Nic, "network") };
        var request = new PcieRequest(PcieMachine.Q35, PcieLayout.Auto, 0, devices, []);
        devices.Clear();
        Assert.Single(request.Devices);
    }

    [Fact]
    public void Refusals_compare_by_value_too()
    {
        PciePlan Refused(string id) => new Requests { User = [new UserDevice(0, "nvme") { Id = id, Address = new(0x1f, 0) }] }.Plan();
        Assert.NotEmpty(Refused("a").Problems);
        Assert.Equal(Refused("a"), Refused("a"));
        Assert.NotEqual(Refused("a"), Refused("b"));
    }

    private static PcieRequest Copy(PcieRequest request) => new(
        request.Machine with { Reserved = [.. request.Machine.Reserved] },
        request.Layout,
        request.Spares,
        [.. request.Devices.Select(device => device with { })],
        [.. request.User.Select(device => device with { })]);
}
