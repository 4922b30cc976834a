namespace Vmspawn.Pcie.Tests;

/// <summary>Bus numbers as firmware gives them; the expected values were read from QEMU 7.2 with SeaBIOS.</summary>
public class GuestAddressTests
{
    private static string? Guest(PcieTopology plan, int index) =>
        plan.Devices.Single(device => device.UserIndex == index).Guest?.ToString();

    [Fact]
    public void The_device_behind_the_nth_port_is_on_bus_n()
    {
        var plan = new Requests { Drives = 110 }.Topology();
        Assert.Equal(Enumerable.Range(1, plan.Ports.Count), plan.Ports.Select(port => port.Bus!.Value));
    }

    [Fact]
    public void A_bridge_fixed_below_the_ports_shifts_them()
    {
        UserDevice[] user = [new(0, "pcie-root-port") { Id = "rp", Address = new(5, 0) }, new(1, "nvme") { Bus = "rp" }];
        var plan = new Requests { User = user }.Topology();
        Assert.Equal("0000:01:00.0", Guest(plan, 1));
        Assert.Equal("0000:02:00.0", plan.FindDevice("nic0")!.Guest.ToString());
    }

    [Fact]
    public void A_bridge_without_address_comes_after_the_ports_and_shifts_nothing()
    {
        UserDevice[] user = [new(0, "pcie-root-port") { Id = "rp" }, new(1, "nvme") { Bus = "rp" }];
        var plan = new Requests { User = user }.Topology();
        Assert.Equal("0000:01:00.0", plan.FindDevice("nic0")!.Guest.ToString());
        Assert.Equal("0000:0d:00.0", Guest(plan, 1));
    }

    [Fact]
    public void Buses_are_numbered_depth_first()
    {
        UserDevice[] user =
        [
            new(0, "pcie-root-port") { Id = "rp", Address = new(5, 0), Chassis = 99, Slot = 99 },
            new(1, "x3130-upstream") { Id = "up", Bus = "rp" },
            new(2, "xio3130-downstream") { Id = "a", Bus = "up", Chassis = 98, Slot = 98 },
            new(3, "xio3130-downstream") { Id = "b", Bus = "up", Chassis = 97, Slot = 97 },
            new(4, "nvme") { Bus = "b" },
            new(5, "pcie-pci-bridge") { Id = "pci", Bus = "a" },
            new(6, "e1000") { Bus = "pci" },
        ];
        var plan = new Requests { User = user }.Topology();
        Assert.Equal("0000:01:00.0", Guest(plan, 1));
        Assert.Equal("0000:02:01.0", Guest(plan, 3));
        Assert.Equal("0000:04:01.0", Guest(plan, 6));
        Assert.Equal("0000:05:00.0", Guest(plan, 4));
        Assert.Equal("0000:06:00.0", plan.FindDevice("nic0")!.Guest.ToString());
        Assert.Equal(1 + 12 + 5, plan.Budget.Buses.Used);
    }

    [Fact]
    public void Reserved_bus_numbers_are_left_out()
    {
        UserDevice[] user =
        [
            new(0, "pcie-root-port") { Id = "rp", Address = new(5, 0), Chassis = 99, Slot = 99, BusReserve = 3 },
            new(1, "pcie-pci-bridge") { Id = "pci", Bus = "rp" },
        ];
        var plan = new Requests { User = user }.Topology();
        Assert.Equal("0000:05:00.0", plan.FindDevice("nic0")!.Guest.ToString());
    }

    [Fact]
    public void With_fewer_buses_reserved_than_used_no_guest_address_is_predicted()
    {
        UserDevice[] user =
        [
            new(0, "pcie-root-port") { Id = "rp", Chassis = 99, Slot = 99, BusReserve = 1 },
            new(1, "pcie-pci-bridge") { Id = "one", Bus = "rp" },
            new(2, "pci-bridge") { Id = "two", Bus = "one" },
        ];
        var plan = new Requests { User = user }.Topology();
        Assert.Null(plan.FindDevice("nic0")!.Guest);
        Assert.Null(plan.Ports[0].Bus);
        Assert.Equal("0000:00:01.0", plan.Devices[0].Guest.ToString());
    }

    [Fact]
    public void What_is_behind_an_expander_is_unknown_and_changes_nothing_else()
    {
        UserDevice[] user =
        [
            new(0, "pxb-pcie") { Id = "px" },
            new(1, "pcie-root-port") { Id = "rp", Bus = "px" },
            new(2, "nvme") { Bus = "rp" },
        ];
        var plan = new Requests { User = user }.Topology();
        Assert.Equal([1, 2], plan.Elsewhere.Select(device => device.Index));
        Assert.Equal("0000:01:00.0", plan.FindDevice("nic0")!.Guest.ToString());
    }

    [Fact]
    public void A_bridge_on_an_unknown_bus_leaves_all_bus_numbers_open()
    {
        var plan = new Requests { User = [new(0, "pci-bridge") { Id = "b", Bus = "nowhere" }] }.Topology();
        Assert.Null(plan.FindDevice("nic0")!.Guest);
    }

    [Fact]
    public void More_than_256_buses_are_refused()
    {
        List<UserDevice> user = [new(0, "pcie-pci-bridge") { Id = "b0" }];
        for (var i = 1; i < 250; i++)
            user.Add(new UserDevice(i, "pci-bridge") { Id = $"b{i}", Bus = $"b{(i - 1) / 20}" });
        Assert.Equal(255, new Requests { Spares = 2, User = [.. user] }.Topology().Budget.Buses.Used);
        Assert.Equal("buses", new Requests { Spares = 4, User = [.. user] }.Problem().Subject);
    }
}
