using System.Text.RegularExpressions;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>
/// The script by which systemd tests what udev makes of disks (TEST-64), as Debian installs it, in a guest with the disks that systemd's own
/// run of it has: given by our options where they can describe them, else by the user's QEMU arguments, and placed by our plan.
/// </summary>
public sealed partial class UdevStorageTests : VmTest
{
    private const string Units = "/usr/lib/systemd/tests/testdata/units";

    private const string Multipath = "multipath_basic_failover";

    private const string LongPath = "long_sysfs_path";

    /// <summary>A boot, and hundreds of links that the script checks one by one before and after, under emulation on a busy machine.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(Sample.IsWhole ? 30 : 10);

    /// <summary>In seconds.</summary>
    private const int DefaultOfSettle = 120;

    private static string Installed => Path.Combine(Prepared.Cache, "sid", Units[1..]);

    // Those that take many minutes under emulation are run by ./test.sh --all only.
    public static TheoryData<string> Cases =>
        Sample.IsWhole
            ? ["nvme_basic", "nvme_subsystem", LongPath, "virtio_scsi_basic", Multipath]
            : ["nvme_basic", "nvme_subsystem"];

    [Theory, MemberData(nameof(Cases))]
    public async Task Systemds_own_test_of_udev_finds_the_disks_that_the_plan_has_placed(string name)
    {
        var (options, qemuArguments) = name switch
        {
            "nvme_basic" => NvmeDrives(),
            "nvme_subsystem" => SharedNamespaces(),
            LongPath => BehindManyBridges(),
            "virtio_scsi_basic" => ScsiDrives(),
            Multipath => SeveralPathsToEachDisk(),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no case of systemd's script"),
        };
        var unit = $"TEST-64-UDEV-STORAGE-{name}.service";
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = string.Join(' ', qemuArguments) },
            Scratch,
            QemuKind.Distribution,
            [
                .. DebianGuest.Options(Scratch), "--firmware=none", $"--linux={DebianGuest.Kernel}",
                "--image-disk-type=nvme", "--image-format=qcow2", $"--image={DebianGuest.Overlay(Scratch)}", .. options,
                $"--bind-ro={PatientScripts()}:{Units}",
                $"--load-credential=systemd.extra-unit.{unit}:{Path.Combine(Installed, unit)}",
                $"--load-credential=systemd.unit-dropin.{unit}:{DropIn(name)}",
                .. DebianGuest.KernelArguments, "no_timer_check", "systemd.condition_first_boot=no", $"systemd.unit={unit}",
                // Else udev runs multipath for each disk.
                .. name == Multipath ? (string[])[] : ["nompath"],
            ]);
        var ended = await run.End(Bound);
        Assert.True(
            ended.Status == 0 && ended.Output.Contains("vmtest: success", StringComparison.Ordinal),
            $"systemd's script failed at: {FailedCommand(ended.Output)}\n{ended}");
    }

    /// <summary>Twenty. A drive's serial is its file's name, which has no slash: those with one are the user's.</summary>
    private (IEnumerable<string>, IEnumerable<string>) NvmeDrives() => (
        [
            .. Each(0..3, i => ExtraDrive("nvme", $"deadbeef{i}")),
            .. Each(3..6, i => ExtraDrive("nvme", $"    deadbeef  {i}   ")),
            .. Each(12..20, i => ExtraDrive("nvme", $"drive{i}")),
        ],
        [
            .. Each(6..9, i => Backend($"nvme{i}") + $" -device \"nvme,drive=nvme{i},serial=    dead/beef/{i}   ,max_ioqpairs=8\""),
            .. Each(9..12, i => Backend($"nvme{i}") + $" -device nvme,drive=nvme{i},serial=dead/../../beef/{i},max_ioqpairs=8"),
        ]);

    /// <summary>Two namespaces of two controllers. The root disk has a controller too: the namespaces name theirs.</summary>
    private (IEnumerable<string>, IEnumerable<string>) SharedNamespaces() => (
        [],
        [
            "-device nvme-subsys,id=subsystem,nqn=subsys64",
            "-device nvme,id=first,subsys=subsystem,serial=deadbeef", "-device nvme,subsys=subsystem,serial=deadbeef",
            .. Each(16..18, i => Backend($"nvme{i}") + $" -device nvme-ns,bus=first,drive=nvme{i},nsid={i},shared=on"),
        ]);

    private (IEnumerable<string>, IEnumerable<string>) BehindManyBridges() => (
        [],
        [
            "-device pci-bridge,id=bridge0,chassis_nr=64",
            .. Each(1..26, i => $"-device pci-bridge,id=bridge{i},bus=bridge{i - 1},chassis_nr={64 + i},addr=1"),
            Backend("far", 64 << 20), "-device virtio-blk-pci,drive=far,bus=bridge25,addr=1,serial=long-sysfs-path",
        ]);

    private (IEnumerable<string>, IEnumerable<string>) ScsiDrives() => (Each(0..128, i => ExtraDrive("virtio-scsi", $"drive{i}")), []);

    private (IEnumerable<string>, IEnumerable<string>) SeveralPathsToEachDisk() => (
        [],
        [
            "-device virtio-scsi-pci",
            .. Each(0..16, disk =>
            {
                var file = Scratch.Raw($"disk{disk}", disk == 0 ? 16 << 20 : 1 << 20);
                return string.Join(' ', Each(0..4, path => $"{Backend($"disk{disk}path{path}", file)},file.locking=off"
                    + $" -device scsi-hd,drive=disk{disk}path{path},serial=MPIO{disk},wwn=0xdeaddeadbeef{disk:0000},share-rw=on"));
            }),
        ]);

    private static IEnumerable<string> Each(Range numbers, Func<int, string> word) =>
        Enumerable.Range(numbers.Start.Value, numbers.End.Value - numbers.Start.Value).Select(word);

    private string ExtraDrive(string type, string name) => $"--extra-drive={type}:{Scratch.Raw(name, 1 << 20)}";

    private string Backend(string name, long size = 1 << 20) => Backend(name, Scratch.Raw(name, size));

    private static string Backend(string node, string file) => $"-blockdev driver=raw,node-name={node},file.driver=file,file.filename={file}";

    /// <summary>A folder with systemd's scripts, changed only in how long they wait.</summary>
    private string PatientScripts()
    {
        var folder = Directory.CreateDirectory(Scratch.Own("units")).FullName;
        foreach (var script in (string[])["TEST-64-UDEV-STORAGE.sh", "post.sh"])
        {
            // The copy is executable as the script is.
            var copy = Path.Combine(folder, script);
            File.Copy(Path.Combine(Installed, script), copy);
            var text = File.ReadAllText(copy).Replace("udevadm settle\n", $"udevadm settle --timeout={DefaultOfSettle}\n", StringComparison.Ordinal);
            File.WriteAllText(copy, TimeLimit().Replace(text, "$&0"));
        }

        return folder;
    }

    /// <summary>What systemd's own run of the tests adds to a unit: its output, and the end of the guest with it.</summary>
    private string DropIn(string name) => Scratch.Text("drop-in.conf", $"""
        [Unit]
        SuccessAction=poweroff
        FailureAction=poweroff
        [Service]
        StandardOutput=journal+console
        {(name == LongPath ? "# It looks for a message of this level.\nExecStartPre=systemctl log-level debug" : "")}
        ExecStopPost=/bin/sh -c 'echo "vmtest: $SERVICE_RESULT" >/dev/console'

        """);

    /// <summary>The last command in the shell's trace.</summary>
    private static string FailedCommand(string console) =>
        TracedCommand().Matches(console).Select(match => match.Groups["command"].Value).LastOrDefault("(nothing)");

    [GeneratedRegex(@"(?<=--timeout=|\btimeout )[0-9]+", RegexOptions.None, 1000)]
    private static partial Regex TimeLimit();

    [GeneratedRegex(@"\.sh\[[0-9]+\]: \++ (?<command>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TracedCommand();
}
