namespace Vmspawn.Pcie.Tests;

/// <summary>The numbers that must hold, by name.</summary>
public class ScaleTests
{
    // 2 boot ports and 2 for vsock and a share make 14 ports with 10 spares: the case that used to end at 26 devices.
    private static Requests Minimal(int nvme) => new() { Vsocks = 1, Shares = 1, User = Requests.Nvme(nvme) };

    [Fact]
    public void Twenty_NVMe_beside_ten_spares_get_a_device_number_each_and_the_ports_two()
    {
        var plan = Minimal(20).Topology();
        Assert.Equal([0x10, 0x11], plan.Ports.Select(port => port.Address.Device).Distinct());
        var nvme = plan.Devices.Where(device => device.Kind == DemandKind.User).ToArray();
        Assert.Equal(20, nvme.Select(device => device.Device).Distinct().Count());
        Assert.All(nvme, device => Assert.Equal(0, device.Function));
        Assert.All(nvme, device => Assert.True(device.AddAddress));
        Assert.Equal(25, plan.Budget.DeviceNumbers.Used);
        Assert.Equal(nvme.Select(device => device.Device).Order(), nvme.Select(device => device.Device));
    }

    [Fact]
    public void A_hundred_NVMe_are_packed_eight_a_device_number_in_their_order()
    {
        var plan = Minimal(100).Topology();
        Assert.Equal(PcieLayout.Ports, plan.Layout);
        var nvme = plan.Devices.Where(device => device.Kind == DemandKind.User).ToArray();
        Assert.Equal(13, nvme.Select(device => device.Device).Distinct().Count());
        var addresses = nvme.Select(device => device.Address.DevFn).ToArray();
        Assert.Equal(addresses.Order(), addresses);
        Assert.All(nvme, device => Assert.Equal(device.Function == 0, device.AddMultifunction));
    }

    [Fact]
    public void Every_function_of_the_root_bus_can_be_used()
    {
        var plan = Minimal(240 - 14 - 3).Topology();
        Assert.Equal(0, plan.Budget.Functions.Free);
    }

    [Fact]
    public void One_more_than_the_root_bus_holds_is_one_problem_with_the_numbers()
    {
        var problem = Minimal(240 - 14 - 3 + 1).Problem();
        Assert.Equal("pcie-full", problem.Code);
        Assert.Equal("functions on pcie.0", problem.Subject);
        Assert.Contains("241 functions are needed", problem.Text, StringComparison.Ordinal);
        Assert.Contains("240 are free", problem.Text, StringComparison.Ordinal);
        Assert.Contains("--hotplug-ports=", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Hundred_and_ten_extra_drives_have_a_port_each()
    {
        var plan = new Requests { Drives = 110 }.Topology();
        Assert.Equal(PcieLayout.Ports, plan.Layout);
        Assert.Null(plan.Note);
        Assert.Equal(122, plan.Ports.Count);
        Assert.Equal(new RootAddress(0x0f, 0), plan.Ports[0].Address);
    }

    [Fact]
    public void Hundred_and_ninety_two_ports_fill_all_twenty_four_device_numbers()
    {
        var plan = new Requests { Drives = 180 }.Topology();
        Assert.Equal(PcieLayout.Ports, plan.Layout);
        Assert.Equal(192, plan.Ports.Count);
        Assert.Equal(Enumerable.Range(0x07, 24), plan.Ports.Select(port => port.Address.Device).Distinct());
    }

    [Theory]
    [InlineData(181)]
    [InlineData(200)]
    [InlineData(400)]
    public void More_drives_than_ports_are_packed_and_the_plan_says_why(int drives)
    {
        var plan = new Requests { Drives = drives }.Topology();
        Assert.Equal(PcieLayout.Packed, plan.Layout);
        Assert.Equal(2 + ((drives + 7) / 8) + 10, plan.Ports.Count);
        Assert.Contains($"{drives + 12} root ports", plan.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_drives_for_ports_are_refused_when_ports_are_demanded()
    {
        var problem = new Requests { Drives = 200, Layout = PcieLayout.Ports }.Problem();
        Assert.Equal(("pcie-full", "root ports"), (problem.Code, problem.Subject));
        Assert.Contains("212 root ports are needed and 192 fit", problem.Text, StringComparison.Ordinal);
        Assert.Contains("--pcie-layout=packed", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Thousands_of_drives_are_refused_with_a_hint()
    {
        var problem = new Requests { Drives = 2000 }.Problem();
        Assert.Equal("root ports", problem.Subject);
        Assert.Contains("virtio-scsi", problem.Hint, StringComparison.Ordinal);
    }
}
