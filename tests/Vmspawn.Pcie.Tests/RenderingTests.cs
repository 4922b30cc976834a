using System.Text.Json;

namespace Vmspawn.Pcie.Tests;

/// <summary>A topology as arguments of QEMU and as JSON.</summary>
public class RenderingTests
{
    [Fact]
    public void Ports_and_devices_are_arguments_of_QEMU()
    {
        var topology = new Requests { Integrated = 1, Nics = 1, Roots = 0, Spares = 1 }.Topology();
        Assert.Equal(
            [
                "-device", "pcie-root-port,id=vmspawn-pcieport-0,bus=pcie.0,addr=10.0,multifunction=on,chassis=1,slot=1,port=128",
                "-device", "pcie-root-port,id=vmspawn-hotplug-pci-root-port-0,bus=pcie.0,addr=10.1,chassis=2,slot=2,port=129",
            ],
            QemuArguments.Ports(topology));
        Assert.Equal(
            [
                "-device", "virtio-rng-pci,id=integrated0,bus=pcie.0,addr=1.0",
                "-device", "virtio-net-pci,id=nic0,bus=vmspawn-pcieport-0,addr=0.0",
            ],
            QemuArguments.Devices(topology));
    }

    [Fact]
    public void A_comma_in_a_value_is_written_twice()
    {
        var odd = DeviceDemand.Boot("a,b", "nvme", BootClass.Drive, "drive");
        var topology = PciePlanner.Plan(new PcieRequest(PcieMachine.Q35, PcieLayout.Ports, 0, [odd], [])).Topology!;
        Assert.Equal("nvme,id=a,,b,bus=vmspawn-pcieport-0,addr=0.0", QemuArguments.Devices(topology)[1]);
    }

    [Fact]
    public void Devices_of_the_user_are_told_what_to_add()
    {
        UserDevice[] user = [new(0, "nvme") { Address = new(0x1c, 3) }, new(1, "nvme") { Address = new(0x1c, 0) }, new(2, "nvme")];
        var topology = new Requests { User = user }.Topology();
        var additions = topology.Devices.Where(device => device.Kind == DemandKind.User)
            .ToDictionary(device => device.UserIndex!.Value, QemuArguments.Additions);
        Assert.Equal([new("bus", "pcie.0")], additions[0]);
        Assert.Equal([new("bus", "pcie.0"), new("multifunction", "on")], additions[1]);
        Assert.Equal("bus addr", string.Join(' ', additions[2].Select(property => property.Key)));
        Assert.All(topology.Devices.Where(device => device.Kind != DemandKind.User), device => Assert.Empty(QemuArguments.Additions(device)));
    }

    [Fact]
    public void The_JSON_has_every_port_and_device()
    {
        UserDevice[] user = [new(0, "nvme") { Id = "away", Bus = "unknown" }];
        var topology = new Requests { Drives = 3, User = user }.Topology();
        using var json = JsonDocument.Parse(TopologyJson.Text(topology));
        var root = json.RootElement;
        Assert.Equal(("q35", "ports"), (root.GetProperty("machine").GetString(), root.GetProperty("layout").GetString()));
        Assert.Equal(topology.Ports.Select(port => port.Id), Names(root, "ports", "id"));
        Assert.Equal(topology.Devices.Select(device => device.Guest?.ToString()), Names(root, "devices", "guest"));
        Assert.Equal(["away"], Names(root, "elsewhere", "id"));
        Assert.Equal(topology.Budget.Lines.Select(line => line.Name), Names(root, "budget", "resource"));
        Assert.Equal(topology.Reserved.Select(function => function.Name), Names(root, "reserved", "name"));
    }

    private static IEnumerable<string?> Names(JsonElement root, string list, string name) =>
        root.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(name).GetString());
}
