using Vmspawn.Plan;
using Vmspawn.Spec;

namespace Vmspawn.Cli.Tests.Golden;

public class NetworkPlanTests
{
    [Fact]
    public void A_card_in_a_network_between_machines_has_a_connected_socket_and_comes_after_the_others()
    {
        using var host = new GoldenInventory();
        var spec = host.Spec(["-i", "IMAGES/root.raw", "--firmware=bios", "--network-user-mode"], null).Spec!;
        var before = MachinePlanner.Plan(spec).Plan!;
        var plan = MachinePlanner.Plan(spec with { Nics = [.. spec.Nics, new NicSpec(1, new SwitchLink("lan", "/run/net:lan/control"), "52:54:00:00:00:01")] }).Plan!;
        var port = Assert.Single(plan.Descriptors, descriptor => descriptor.Source is NetworkPort);
        Assert.Equal(new NetworkPort("lan", "/run/net:lan/control", spec.Name, "52:54:00:00:00:01"), port.Source);
        Assert.Contains($"dgram,id=vmspawn-net-1,local.type=fd,local.str={port.Number}", plan.Arguments);
        Assert.Contains(plan.Arguments, word => word.StartsWith("virtio-net-pci,", StringComparison.Ordinal) && word.Contains("netdev=vmspawn-net-1,mac=52:54:00:00:00:01", StringComparison.Ordinal));
        Assert.Equal(before.Topology.FindDevice(DeviceIds.Nic(0))!.Place, plan.Topology.FindDevice(DeviceIds.Nic(0))!.Place);
    }
}
