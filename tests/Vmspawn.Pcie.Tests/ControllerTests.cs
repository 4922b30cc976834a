namespace Vmspawn.Pcie.Tests;

/// <summary>SCSI controllers and the spares.</summary>
public class ControllerTests
{
    [Fact]
    public void A_controller_takes_the_first_spare()
    {
        var plan = new Requests { Controllers = 1 }.Topology();
        Assert.Equal("vmspawn-hotplug-pci-root-port-0", plan.FindDevice("scsi0")!.Bus);
        Assert.Equal(12, plan.Ports.Count);
        Assert.Equal("scsi 0", plan.Ports[2].Owner);
    }

    [Fact]
    public void Without_spares_a_controller_gets_a_port_after_all_others()
    {
        var plan = new Requests { Controllers = 1, Spares = 0, Shares = 1 }.Topology();
        Assert.Equal("vmspawn-pcieport-3", plan.FindDevice("scsi0")!.Bus);
        Assert.Equal("vmspawn-pcieport-3", plan.Ports[^1].Id);
    }

    [Fact]
    public void A_first_spare_does_not_move_the_controller() => Assert.Equal(
        new Requests { Controllers = 1, Spares = 0 }.Topology().FindDevice("scsi0")!.Guest,
        new Requests { Controllers = 1, Spares = 1 }.Topology().FindDevice("scsi0")!.Guest);

    [Fact]
    public void Boot_ports_and_spares_are_numbered_from_zero_each()
    {
        var plan = new Requests { Drives = 2, Spares = 2 }.Topology();
        Assert.Equal(
            [
                "vmspawn-pcieport-0", "vmspawn-pcieport-1", "vmspawn-pcieport-2", "vmspawn-pcieport-3",
                "vmspawn-hotplug-pci-root-port-0", "vmspawn-hotplug-pci-root-port-1",
            ],
            plan.Ports.Select(port => port.Id));
    }
}
