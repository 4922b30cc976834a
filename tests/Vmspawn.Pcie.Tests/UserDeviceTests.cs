namespace Vmspawn.Pcie.Tests;

/// <summary>What the user's own arguments may ask for, and what is refused before QEMU starts.</summary>
public class UserDeviceTests
{
    private const string Spare = "vmspawn-hotplug-pci-root-port-";

    private static UserDevice At(int index, int device, int function = 0) =>
        new(index, "nvme") { Address = new(device, function) };

    private static Wishes With(params UserDevice[] user) => new() { User = user };

    private static void Refused(string code, int index, params UserDevice[] user)
    {
        var problem = With(user).Problem();
        Assert.Equal(code, problem.Code);
        Assert.Contains(user[index].Id ?? $"device {user[index].Index}", problem.Subject, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Hint!);
    }

    [Fact]
    public void OursMoveOutOfTheWayOfAFixedAddressWhereverItIsInTheList()
    {
        var plan = With([.. Wishes.Nvme(5), At(10, 0x10), At(11, 0x01), At(12, 0x02)]).Topology();
        Assert.Equal(0x11, plan.Ports[0].Address.Device);
        Assert.Equal([0x03, 0x04, 0x05], plan.Devices.Take(3).Select(device => device.Device));
        Assert.Equal("0000:01:00.0", plan.FindDevice("nic0")!.Guest.ToString());
    }

    [Fact]
    public void TheRunOfPortsSkipsAFixedAddressInItsMiddle()
    {
        var plan = With(At(0, 0x11, 0)).Topology();
        Assert.Equal([0x10, 0x12], plan.Ports.Select(port => port.Address.Device).Distinct());
    }

    [Fact]
    public void ADeviceWithoutBusIsToldTheRootBusEvenWhenItsAddressIsFixed()
    {
        var device = With(At(0, 5)).Topology().Devices[^1];
        Assert.True(device.AddBus);
        Assert.False(device.AddAddress);
        Assert.Equal("pcie.0", device.Bus);
    }

    [Fact]
    public void TwoDevicesOnOneAddressAreRefused() => Refused("pcie-address-taken", 1, At(0, 5), At(1, 5));

    [Theory]
    [InlineData(0x00, 0)]
    [InlineData(0x00, 1)]
    [InlineData(0x1f, 0)]
    [InlineData(0x1f, 2)]
    [InlineData(0x1f, 3)]
    public void WhatQ35ReservesIsRefused(int device, int function) =>
        Refused("pcie-address-reserved", 0, At(0, device, function));

    [Fact]
    public void ASiblingOfTheSouthBridgeIsAllowedAsQemuAllowsIt() =>
        Assert.Equal(new RootAddress(0x1f, 4), With(At(0, 0x1f, 4)).Topology().Devices[^1].Address);

    [Fact]
    public void TheVirtMachineHasDeviceNumber1fFree()
    {
        var plan = (With(At(0, 0x1f)) with { Machine = PcieMachine.Virt }).Topology();
        Assert.Equal(31, plan.Budget.DeviceNumbers.Limit);
        Assert.Equal(248, plan.Budget.Functions.Limit);
        Assert.Equal(0x1f, plan.Devices[^1].Device);
    }

    [Theory]
    [InlineData(0x20, 0)]
    [InlineData(0x05, 8)]
    public void AnAddressThatPciDoesNotHaveIsRefused(int device, int function) =>
        Refused("pcie-address-range", 0, At(0, device, function));

    [Fact]
    public void AFunctionWithoutAFunctionZeroIsRefused() => Refused("pcie-no-function-zero", 0, At(0, 5, 1), At(1, 6));

    [Fact]
    public void HandMadeSiblingsGetTheBitOfTheirFunctionZero()
    {
        var devices = With(At(0, 5, 1), At(1, 5, 0)).Topology().Devices;
        Assert.True(devices[^1].AddMultifunction);
        Assert.False(devices[^2].AddMultifunction);
    }

    [Fact]
    public void ABitThatIsThereIsNotAddedAgain()
    {
        var device = With(At(0, 5) with { Multifunction = true }, At(1, 5, 1)).Topology().Devices[^2];
        Assert.True(device.Multifunction);
        Assert.False(device.AddMultifunction);
    }

    [Fact]
    public void MultifunctionOffBesideSiblingsIsRefused() =>
        Refused("pcie-multifunction-off", 0, At(0, 5) with { Multifunction = false }, At(1, 5, 1));

    [Fact]
    public void NothingJoinsADeviceThatSaysMultifunctionOff()
    {
        var alone = At(500, 5) with { Multifunction = false };
        var plan = With([alone, .. Wishes.Nvme(240 - 12 - 3 - 8)]).Topology();
        Assert.Single(plan.Devices, device => device is { Bus: "pcie.0", Device: 5 });
        Assert.Equal("pcie-full", With([alone, .. Wishes.Nvme(240 - 12 - 3 - 8 + 1)]).Problem().Code);
    }

    [Fact]
    public void DeviceNumberOneBehindARootPortIsRefused() => Refused(
        "pcie-behind-port", 1, new UserDevice(0, "pcie-root-port") { Id = "rp" }, At(1, 1) with { Bus = "rp" });

    [Fact]
    public void DeviceNumberOneBehindASpareIsRefused() => Refused("pcie-behind-port", 0, At(0, 1) with { Bus = Spare + "0" });

    [Fact]
    public void ARootPortBehindARootPortIsRefused() => Refused(
        "pcie-wrong-bus", 1, new UserDevice(0, "pcie-root-port") { Id = "rp", Slot = 1 },
        new UserDevice(1, "pcie-root-port") { Id = "inner", Slot = 2, Bus = "rp" });

    [Fact]
    public void ADownstreamPortOutsideASwitchIsRefused() =>
        Refused("pcie-wrong-bus", 0, new UserDevice(0, "xio3130-downstream") { Id = "down" });

    [Fact]
    public void AUserDeviceMayTakeASpareAndTheControllerTakesTheNext()
    {
        var plan = (With(new UserDevice(0, "nvme") { Bus = Spare + "0" }) with { Controllers = 1 }).Topology();
        Assert.Equal(Spare + "1", plan.FindDevice("scsi0")!.Bus);
        Assert.Equal("extra argument 0", plan.FindPort(Spare + "0")!.Owner);
        Assert.Equal(2, plan.Budget.Spares.Used);
    }

    [Fact]
    public void ABootPortIsNotForTheUser() =>
        Refused("pcie-port-taken", 0, new UserDevice(0, "nvme") { Bus = "vmspawn-pcieport-1" });

    [Fact]
    public void APortOfOursThatDoesNotExistIsRefused() =>
        Refused("pcie-no-such-port", 0, new UserDevice(0, "nvme") { Bus = Spare + "10" });

    [Fact]
    public void ADeviceOnABusOfSomeoneElseIsLeftAlone()
    {
        var plan = With(new UserDevice(7, "virtio-net-pci") { Bus = "nowhere" }).Topology();
        Assert.Equal(7, Assert.Single(plan.Elsewhere).Index);
    }

    [Fact]
    public void OurPortsSkipTheSlotsOfTheUsersPorts()
    {
        var plan = With(
            new UserDevice(0, "pcie-root-port") { Chassis = 2, Slot = 2 },
            new UserDevice(1, "pcie-root-port") { Chassis = 9, Slot = 4 }).Topology();
        Assert.Equal([1, 3, 5, 6], plan.Ports.Take(4).Select(port => port.Slot));
        Assert.Equal([1, 3, 5, 6], plan.Ports.Take(4).Select(port => port.Chassis));
    }

    [Fact]
    public void TwoPortsWithOneChassisAndSlotAreRefused() => Refused(
        "pcie-slot-taken", 1, new UserDevice(0, "pcie-root-port") { Chassis = 2, Slot = 2 },
        new UserDevice(1, "ioh3420") { Chassis = 2, Slot = 2 });

    [Fact]
    public void TwoPortsThatSetNeitherAreRefusedAsQemuRefusesThem() =>
        Refused("pcie-slot-taken", 1, new UserDevice(0, "pcie-root-port"), new UserDevice(1, "pcie-root-port"));

    [Theory]
    [InlineData("nic0")]
    [InlineData("vmspawn-pcieport-0")]
    public void AnIdOfOursIsRefused(string id) => Refused("pcie-id-taken", 0, new UserDevice(0, "nvme") { Id = id });

    [Fact]
    public void SeveralMistakesAreAllReported()
    {
        var plan = With(At(0, 0x20), At(1, 0x1f), At(2, 5, 3), At(3, 6), At(4, 6)).Plan();
        Assert.Equal(
            ["pcie-address-range", "pcie-address-reserved", "pcie-address-taken", "pcie-no-function-zero"],
            plan.Problems.Select(problem => problem.Code).Order());
    }

    [Fact]
    public void ANinthDeviceBehindAPortIsRefusedWithTheNumbers()
    {
        var user = Wishes.Nvme(9).Select(device => device with { Bus = Spare + "0" }).ToArray();
        var problem = With(user).Problem();
        Assert.Equal(("pcie-full", Spare + "0"), (problem.Code, problem.Subject));
        Assert.Contains("9 functions are needed", problem.Text, StringComparison.Ordinal);
        Assert.Contains("8 are free", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void DevicesBehindOnePortBecomeItsFunctions()
    {
        var user = Wishes.Nvme(3).Select(device => device with { Bus = Spare + "0" }).ToArray();
        var devices = With(user).Topology().Devices.TakeLast(3).ToArray();
        Assert.Equal([0, 1, 2], devices.Select(device => device.Function));
        Assert.True(devices[0].AddMultifunction);
    }
}
