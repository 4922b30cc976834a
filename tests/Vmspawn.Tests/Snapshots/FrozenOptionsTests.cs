using Vmspawn.Options;
using Vmspawn.Snapshots;
using Vmspawn.Tests.Control;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Snapshots;

public class FrozenOptionsTests
{
    private static readonly VmOptions Started = new()
    {
        Machine = "web", Image = "./disk.raw", Ephemeral = true, Ram = new RamSize(1L << 30), KernelArguments = ["quiet"], Console = ConsoleMode.ReadOnly, Quiet = true,
        PublishedPorts = [new PublishedPort(System.Net.IPAddress.Loopback, 8080, 80, IsUdp: false)], Networks = [NetworkMode.User],
    };

    private static readonly MachineSpec Machine = SomeDisks.Spec with
    {
        Name = "web",
        Nics = [new NicSpec(0, new UserLink([]), "52:54:00:00:00:01")],
        Drives = [new DriveSpec { Id = DeviceIds.RootDrive, Path = "/images/disk.raw", Format = ImageFormat.Raw, Type = DiskType.VirtioBlk, Serial = "s", VirtualSize = 1, IsRoot = true, OverlayDirectory = "/images" }],
    };

    [Fact]
    public void Decisions_of_the_start_become_options_and_what_was_of_that_run_is_left_out()
    {
        var frozen = FrozenOptions.Of(Started, Machine);
        Assert.Equal(("/images/disk.raw", Tristate.No, Tristate.No, VsockMode.No, false, "52:54:00:00:00:01"), (frozen.Image, frozen.Kvm, frozen.Tpm, frozen.Vsock.Mode, frozen.Quiet, frozen.NetworkMac));
        Assert.Equal((ConsoleMode.Interactive, 0, 80), (frozen.Console, frozen.PublishedPorts[0].HostPort, frozen.PublishedPorts[0].GuestPort));
    }

    [Fact]
    public void What_concerns_the_host_is_that_of_the_run_and_the_rest_that_of_the_snapshot()
    {
        var merged = Merge(new VmOptions { Machine = "two", Quiet = true, Console = ConsoleMode.ReadOnly, NotifyReady = false, PublishedPorts = [new PublishedPort(System.Net.IPAddress.Loopback, 9090, 80, IsUdp: false)] }, []);
        Assert.Equal(("two", true, ConsoleMode.ReadOnly, false, 9090, 1L << 30), (merged.Machine, merged.Quiet, merged.Console, merged.NotifyReady, merged.PublishedPorts[0].HostPort, merged.Ram.Size));
        Assert.StartsWith("web-", Merge(new VmOptions(), []).Machine, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_the_guest_would_see_are_refused_unless_they_are_those_of_the_snapshot()
    {
        var problems = new List<Problem>();
        Merge(new VmOptions { Ram = new RamSize(2L << 29), KernelArguments = ["quiet"], Image = "/images/disk.raw" }, problems);
        Assert.Empty(problems);
        Merge(new VmOptions { Ram = new RamSize(4L << 30), Tpm = Tristate.Yes, Linux = "/vmlinuz", KernelArguments = ["other"] }, problems);
        Assert.Equal(
            [
                "--linux=/vmlinuz: the snapshot was made without it (leave --linux out, or make another snapshot)",
                "--ram=4294967296: the snapshot was made with --ram=1073741824 (leave --ram out, or make another snapshot)",
                "--tpm=yes: the snapshot was made with --tpm=no (leave --tpm out, or make another snapshot)",
                "other: a machine that continues a snapshot does not boot, so kernel arguments have no effect (leave them out)",
            ],
            problems.Select(problem => problem.ToString()));
        Assert.All(problems, problem => Assert.Equal(ProblemKind.Usage, problem.Kind));
    }

    [Fact]
    public void A_snapshot_that_is_not_there_and_a_directory_that_is_none_are_told_apart()
    {
        using var directory = new TemporaryDirectory();
        var problems = new List<Problem>();
        Assert.Null(SnapshotFiles.TryRead(directory["nothing"], problems));
        Assert.Null(SnapshotFiles.TryRead(directory.Path, problems));
        Assert.Null(SnapshotFiles.TryRead(directory[new string('x', 300)], problems));
        Assert.Equal(["snapshot-missing", "snapshot-invalid", "snapshot-unreadable"], problems.Select(problem => problem.Code));
    }

    private static VmOptions Merge(VmOptions given, List<Problem> problems)
    {
        var manifest = new SnapshotManifest
        {
            Format = 1, Name = "web", Created = DateTimeOffset.UnixEpoch, Writer = "", Qemu = FrozenMachine.Qemu(Machine), Compression = MemoryCompression.None, MemorySize = 0, IsPaused = false, IsReady = false,
            Drives = [], Files = [], Hardware = [], Macs = [], Credentials = [], Options = FrozenOptions.Of(Started, Machine),
        };
        return FrozenOptions.Merge(new SnapshotFiles("/s", manifest), given with { Restore = new RestoreRequest("/s") }, problems);
    }
}
