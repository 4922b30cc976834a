using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Snapshots;
using Vmspawn.Spec;
using Vmspawn.Tests.Control;

namespace Vmspawn.Tests.Snapshots;

public class FrozenHardwareTests
{
    private static readonly MachineSpec Machine = SomeDisks.Spec with
    {
        HotplugPorts = 1,
        Nics = [new NicSpec(0, new UserLink([]), "52:54:00:00:00:01")],
        Vsock = new VsockSpec(7, null),
        Drives = [Drive("/one")],
    };

    [Fact]
    public void Names_files_addresses_and_numbers_of_descriptors_are_no_hardware()
    {
        var other = Machine with
        {
            Name = "other",
            Uuid = Guid.NewGuid(),
            Nics = [new NicSpec(0, new UserLink([new PublishedPort(System.Net.IPAddress.Loopback, 1, 2, IsUdp: false)]), "52:54:00:00:00:02")],
            Vsock = new VsockSpec(8, null),
            Drives = [Drive("/other") with { Frozen = [new BackingSpec("/frozen", ImageFormat.Qcow2, IsBlockDevice: false)] }],
            Incoming = new IncomingSpec("/memory", default, null),
            Ssh = null,
        };
        Assert.Empty(FrozenHardware.Differences(Of(Machine), Of(other)));
        Assert.DoesNotContain(Of(other), text => text.Contains("/proc/self/fd/", StringComparison.Ordinal) || text.Contains("/dev/fdset/", StringComparison.Ordinal));
    }

    [Fact]
    public void Memory_processors_and_devices_are()
    {
        var differences = FrozenHardware.Differences(Of(Machine), Of(Machine with { Ram = new RamSize(1L << 30), Drives = [] })).ToList();
        Assert.Contains("the frozen machine has \"-m size=2048M\", the plan does not", differences);
        Assert.Contains("the plan has \"-m size=1024M\", the frozen machine does not", differences);
        Assert.Contains(differences, text => text.Contains("virtio-blk-pci", StringComparison.Ordinal));
    }

    private static DriveSpec Drive(string path) => new()
    {
        Id = DeviceIds.RootDrive, Path = path, Format = ImageFormat.Raw, Type = DiskType.VirtioBlk, Serial = "s", VirtualSize = 1 << 20, IsRoot = true, OverlayDirectory = "/",
    };

    private static IReadOnlyList<string> Of(MachineSpec spec) => FrozenHardware.Of(MachinePlanner.Plan(spec).Plan!);
}
