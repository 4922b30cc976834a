namespace Vmspawn.Pcie.Tests;

public class DrawingTests
{
    private static readonly DeviceDemand[] Ours =
    [
        DeviceDemand.Integrated("rng0", "virtio-rng-pci", "entropy"),
        DeviceDemand.Boot("net0", "virtio-net-pci", BootClass.Nic, "network"),
        DeviceDemand.Boot("root0", "virtio-blk-pci", BootClass.Root, "root image"),
    ];

    private static string Tree(PcieLayout layout, int spares, DeviceDemand[] more, params UserDevice[] user)
    {
        var plan = PciePlanner.Plan(new PcieRequest(PcieMachine.Q35, layout, spares, [.. Ours, .. more], user));
        Assert.Empty(plan.Problems);
        return TopologyDrawing.Tree(plan.Topology!);
    }

    [Fact]
    public void The_tree_shows_what_is_where_for_whom_and_what_is_left() => AssertText(
        """
        pcie.0 of q35, one port a device
        ├─ 00.0            host bridge                          0000:00:00.0  machine
        ├─ 01.0            rng0 (virtio-rng-pci)                0000:00:01.0  entropy
        ├─ 02.0            nvme                                 0000:00:02.0  extra argument 2
        ├─ 05.0            mine (pcie-root-port)                0000:00:05.0  extra argument 0
        │  └─ 00.0         nvme                                 0000:01:00.0  extra argument 1
        ├─ 10
        │  ├─ 10.0         vmspawn-pcieport-0                   bus 02
        │  │  └─ 00.0      net0 (virtio-net-pci)                0000:02:00.0  network
        │  ├─ 10.1         vmspawn-pcieport-1                   bus 03
        │  │  └─ 00.0      root0 (virtio-blk-pci)               0000:03:00.0  root image
        │  ├─ 10.2         vmspawn-hotplug-pci-root-port-0      bus 04        spare port, taken
        │  │  └─ 00.0      disks (virtio-scsi-pci)              0000:04:00.0  SCSI drives
        │  ├─ 10.3         vmspawn-hotplug-pci-root-port-1      bus 05        spare port
        │  ├─ 10.4         vmspawn-hotplug-pci-root-port-2      bus 06        spare port, taken
        │  │  └─ 00.0      nvme                                 0000:06:00.0  extra argument 3
        │  └─ 10.5 … 10.7  vmspawn-hotplug-pci-root-port-3 … 5  bus 07 … 09   3 spare ports
        ├─ 11.0 … 11.3     vmspawn-hotplug-pci-root-port-6 … 9  bus 0a … 0d   4 spare ports
        └─ 1f
           ├─ 1f.0         ISA bridge                           0000:00:1f.0  machine
           ├─ 1f.2         AHCI controller                      0000:00:1f.2  machine
           └─ 1f.3         SMBus                                0000:00:1f.3  machine
        not planned: device 4 (e1000) on bus nowhere

        budget                used   free  limit
        device numbers           5     25     30
        functions on pcie.0     15    225    240
        root ports              12    180    192
        spare ports              2      8     10
        buses                   14    242    256

        """,
        Tree(
            PcieLayout.Auto,
            10,
            [DeviceDemand.Boot("disks", "virtio-scsi-pci", BootClass.Controller, "SCSI drives")],
            new UserDevice(0, "pcie-root-port") { Id = "mine", Address = new(5, 0) },
            new UserDevice(1, "nvme") { Bus = "mine" },
            new UserDevice(2, "nvme"),
            new UserDevice(3, "nvme") { Bus = "vmspawn-hotplug-pci-root-port-2" },
            new UserDevice(4, "e1000") { Bus = "nowhere" }));

    [Fact]
    public void The_packed_tree_shows_the_functions_behind_a_port() => AssertText(
        """
        pcie.0 of q35, packed, eight drives a port
        ├─ 00.0        host bridge              0000:00:00.0  machine
        ├─ 01.0        rng0 (virtio-rng-pci)    0000:00:01.0  entropy
        ├─ 10
        │  ├─ 10.0     vmspawn-pcieport-0       bus 01
        │  │  └─ 00.0  net0 (virtio-net-pci)    0000:01:00.0  network
        │  ├─ 10.1     vmspawn-pcieport-1       bus 02
        │  │  └─ 00.0  root0 (virtio-blk-pci)   0000:02:00.0  root image
        │  └─ 10.2     vmspawn-pcieport-2       bus 03
        │     ├─ 00.0  first (virtio-blk-pci)   0000:03:00.0  --extra-drive=a
        │     └─ 00.1  second (virtio-blk-pci)  0000:03:00.1  --extra-drive=b
        └─ 1f
           ├─ 1f.0     ISA bridge               0000:00:1f.0  machine
           ├─ 1f.2     AHCI controller          0000:00:1f.2  machine
           └─ 1f.3     SMBus                    0000:00:1f.3  machine

        budget                used   free  limit
        device numbers           2     28     30
        functions on pcie.0      4    236    240
        root ports               3    189    192
        spare ports              0      0      0
        buses                    4    252    256

        """,
        Tree(
            PcieLayout.Packed,
            0,
            [
                DeviceDemand.Boot("first", "virtio-blk-pci", BootClass.Drive, "--extra-drive=a"),
                DeviceDemand.Boot("second", "virtio-blk-pci", BootClass.Drive, "--extra-drive=b"),
            ]));

    [Fact]
    public void Every_placed_device_and_every_port_is_in_the_tree()
    {
        var plan = new Requests { Drives = 30, Shares = 3, Controllers = 1, User = Requests.Nvme(40) }.Topology();
        var tree = TopologyDrawing.Tree(plan);
        Assert.All(plan.Devices, device => Assert.Contains($"  {device.Guest}  ", tree, StringComparison.Ordinal));
        Assert.All(plan.Ports, port => Assert.Contains(
            port.Owner is null ? "spare ports" : $" {port.Id} ", tree, StringComparison.Ordinal));
    }

    [Fact]
    public void The_reason_for_packing_is_printed() => Assert.Contains(
        "\nnote: Drives and shares are packed 8 a port, because one port a device would need 212 root ports and 192 fit.\n",
        TopologyDrawing.Tree(new Requests { Drives = 200 }.Topology()),
        StringComparison.Ordinal);

    private static void AssertText(string expected, string actual) =>
        Assert.Equal(expected.Replace("\r\n", "\n", StringComparison.Ordinal), actual);
}
