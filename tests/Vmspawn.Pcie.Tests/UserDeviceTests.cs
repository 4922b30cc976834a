namespace Vmspawn.Pcie.Tests;

/// <summary>What the user's own arguments may ask for, and what is refused before QEMU starts.</summary>
public class UserDeviceTests
{
    private const string Spare = "vmspawn-hotplug-pci-root-port-";

    private static UserDevice At(int index, int device, int function = 0) =>
        new(index, "nvme") { Address = new(device, function) };

    private static Requests With(params UserDevice[] user) => new() { User = user };

    private static void Refused(string code, int index, params UserDevice[] user)
    {
        var problem = With(user).Problem();
        Assert.Equal(code, problem.Code);
        Assert.Contains(user[index].Id ?? $"device {user[index].Index}", problem.Subject, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Hint!);
    }

    [Fact]
    public void Planned_devices_avoid_a_fixed_address_wherever_it_is_in_the_list()
    {
        var plan = With([.. Requests.Nvme(5), At(10, 0x10), At(11, 0x01), At(12, 0x02)]).Topology();
        Assert.Equal(0x11, plan.Ports[0].Address.Device);
        Assert.Equal([0x03, 0x04, 0x05], plan.Devices.Take(3).Select(device => device.Device));
        Assert.Equal("0000:01:00.0", plan.FindDevice("nic0")!.Guest.ToString());
    }

    [Fact]
    public void The_run_of_ports_skips_a_fixed_address_in_its_middle()
    {
        var plan = With(At(0, 0x11, 0)).Topology();
        Assert.Equal([0x10, 0x12], plan.Ports.Select(port => port.Address.Device).Distinct());
    }

    [Fact]
    public void A_device_without_a_bus_gets_the_root_bus_even_when_its_address_is_fixed()
    {
        var device = With(At(0, 5)).Topology().Devices[^1];
        Assert.True(device.AddBus);
        Assert.False(device.AddAddress);
        Assert.Equal("pcie.0", device.Bus);
    }

    [Fact]
    public void Two_devices_on_one_address_are_refused() => Refused("pcie-address-taken", 1, At(0, 5), At(1, 5));

    [Theory]
    [InlineData(0x00, 0)]
    [InlineData(0x00, 1)]
    [InlineData(0x1f, 0)]
    [InlineData(0x1f, 2)]
    [InlineData(0x1f, 3)]
    public void What_Q35_reserves_is_refused(int device, int function) =>
        Refused("pcie-address-reserved", 0, At(0, device, function));

    [Fact]
    public void A_sibling_of_the_south_bridge_is_allowed_as_QEMU_allows_it() =>
        Assert.Equal(new RootAddress(0x1f, 4), With(At(0, 0x1f, 4)).Topology().Devices[^1].Address);

    [Fact]
    public void The_virt_machine_has_device_number_1f_free()
    {
        var plan = (With(At(0, 0x1f)) with { Machine = PcieMachine.Virt }).Topology();
        Assert.Equal(31, plan.Budget.DeviceNumbers.Limit);
        Assert.Equal(248, plan.Budget.Functions.Limit);
        Assert.Equal(0x1f, plan.Devices[^1].Device);
    }

    [Theory]
    [InlineData(0x20, 0)]
    [InlineData(0x05, 8)]
    public void An_address_that_PCI_does_not_have_is_refused(int device, int function) =>
        Refused("pcie-address-range", 0, At(0, device, function));

    [Fact]
    public void A_function_without_a_function_zero_is_refused() => Refused("pcie-no-function-zero", 0, At(0, 5, 1), At(1, 6));

    [Fact]
    public void Hand_made_siblings_get_the_bit_of_their_function_zero()
    {
        var devices = With(At(0, 5, 1), At(1, 5, 0)).Topology().Devices;
        Assert.True(devices[^1].AddMultifunction);
        Assert.False(devices[^2].AddMultifunction);
    }

    [Fact]
    public void A_bit_that_is_there_is_not_added_again()
    {
        var device = With(At(0, 5) with { Multifunction = true }, At(1, 5, 1)).Topology().Devices[^2];
        Assert.True(device.Multifunction);
        Assert.False(device.AddMultifunction);
    }

    [Fact]
    public void Multifunction_off_beside_siblings_is_refused() =>
        Refused("pcie-multifunction-off", 0, At(0, 5) with { Multifunction = false }, At(1, 5, 1));

    [Fact]
    public void No_function_joins_a_device_with_multifunction_off()
    {
        var alone = At(500, 5) with { Multifunction = false };
        var plan = With([alone, .. Requests.Nvme(240 - 12 - 3 - 8)]).Topology();
        Assert.Single(plan.Devices, device => device is { Bus: "pcie.0", Device: 5 });
        Assert.Equal("pcie-full", With([alone, .. Requests.Nvme(240 - 12 - 3 - 8 + 1)]).Problem().Code);
    }

    [Fact]
    public void Device_number_one_behind_a_root_port_is_refused() => Refused(
        "pcie-behind-port", 1, new UserDevice(0, "pcie-root-port") { Id = "rp" }, At(1, 1) with { Bus = "rp" });

    [Fact]
    public void Device_number_one_behind_a_spare_is_refused() => Refused("pcie-behind-port", 0, At(0, 1) with { Bus = Spare + "0" });

    [Fact]
    public void A_root_port_behind_a_root_port_is_refused() => Refused(
        "pcie-wrong-bus", 1, new UserDevice(0, "pcie-root-port") { Id = "rp", Slot = 1 },
        new UserDevice(1, "pcie-root-port") { Id = "inner", Slot = 2, Bus = "rp" });

    [Fact]
    public void A_downstream_port_outside_a_switch_is_refused() =>
        Refused("pcie-wrong-bus", 0, new UserDevice(0, "xio3130-downstream") { Id = "down" });

    [Fact]
    public void A_user_device_may_take_a_spare_and_the_controller_takes_the_next()
    {
        var plan = (With(new UserDevice(0, "nvme") { Bus = Spare + "0" }) with { Controllers = 1 }).Topology();
        Assert.Equal(Spare + "1", plan.FindDevice("scsi0")!.Bus);
        Assert.Equal("extra argument 0", plan.FindPort(Spare + "0")!.Owner);
        Assert.Equal(2, plan.Budget.Spares.Used);
    }

    [Fact]
    public void A_boot_port_is_not_for_the_user() =>
        Refused("pcie-port-taken", 0, new UserDevice(0, "nvme") { Bus = "vmspawn-pcieport-1" });

    [Fact]
    public void A_port_of_vmspawn_that_does_not_exist_is_refused() =>
        Refused("pcie-no-such-port", 0, new UserDevice(0, "nvme") { Bus = Spare + "10" });

    [Fact]
    public void A_device_on_a_bus_of_another_controller_is_not_changed()
    {
        var plan = With(new UserDevice(7, "virtio-net-pci") { Bus = "nowhere" }).Topology();
        Assert.Equal(7, Assert.Single(plan.Elsewhere).Index);
    }

    [Fact]
    public void Our_ports_skip_the_slots_of_the_users_ports()
    {
        var plan = With(
            new UserDevice(0, "pcie-root-port") { Chassis = 2, Slot = 2 },
            new UserDevice(1, "pcie-root-port") { Chassis = 9, Slot = 4 }).Topology();
        Assert.Equal([1, 3, 5, 6], plan.Ports.Take(4).Select(port => port.Slot));
        Assert.Equal([1, 3, 5, 6], plan.Ports.Take(4).Select(port => port.Chassis));
    }

    [Fact]
    public void Two_ports_with_one_chassis_and_slot_are_refused() => Refused(
        "pcie-slot-taken", 1, new UserDevice(0, "pcie-root-port") { Chassis = 2, Slot = 2 },
        new UserDevice(1, "ioh3420") { Chassis = 2, Slot = 2 });

    [Fact]
    public void Two_ports_that_set_neither_are_refused_as_QEMU_refuses_them() =>
        Refused("pcie-slot-taken", 1, new UserDevice(0, "pcie-root-port"), new UserDevice(1, "pcie-root-port"));

    [Theory]
    [InlineData("nic0")]
    [InlineData("vmspawn-pcieport-0")]
    public void An_id_of_vmspawn_is_refused(string id) => Refused("pcie-id-taken", 0, new UserDevice(0, "nvme") { Id = id });

    [Fact]
    public void Several_mistakes_are_all_reported()
    {
        var plan = With(At(0, 0x20), At(1, 0x1f), At(2, 5, 3), At(3, 6), At(4, 6)).Plan();
        Assert.Equal(
            ["pcie-address-range", "pcie-address-reserved", "pcie-address-taken", "pcie-no-function-zero"],
            plan.Problems.Select(problem => problem.Code).Order());
    }

    [Fact]
    public void A_ninth_device_behind_a_port_is_refused_with_the_numbers()
    {
        var user = Requests.Nvme(9).Select(device => device with { Bus = Spare + "0" }).ToArray();
        var problem = With(user).Problem();
        Assert.Equal(("pcie-full", Spare + "0"), (problem.Code, problem.Subject));
        Assert.Contains("9 functions are needed", problem.Text, StringComparison.Ordinal);
        Assert.Contains("8 are free", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_behind_one_port_become_its_functions()
    {
        var user = Requests.Nvme(3).Select(device => device with { Bus = Spare + "0" }).ToArray();
        var devices = With(user).Topology().Devices.TakeLast(3).ToArray();
        Assert.Equal([0, 1, 2], devices.Select(device => device.Function));
        Assert.True(devices[0].AddMultifunction);
    }
}
