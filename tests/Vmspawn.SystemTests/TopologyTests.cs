using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The guest's own /sys/bus/pci/devices against the addresses the plan predicts.</summary>
public sealed class TopologyTests : VmTest
{
    private static readonly TimeSpan ManyDevicesBound = TimeSpan.FromMinutes(6);

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public Task A_minimal_guest_finds_what_the_plan_predicts(QemuKind qemu) => GuestFindsThePlan(qemu, []);

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public Task Without_spare_ports_it_finds_what_the_plan_predicts(QemuKind qemu) =>
        GuestFindsThePlan(qemu, ["--hotplug-ports=0", $"--image={Scratch.Raw("disk")}"]);

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Twenty_nvme_of_the_users_arguments_boot_beside_ten_spares(QemuKind qemu)
    {
        var report = await GuestFindsThePlan(qemu, [], NvmeExtras(20));
        Assert.Equal(20, report.Blocks.Count(block => block.Name.StartsWith("nvme", StringComparison.Ordinal)));
        // Ten spares and no boot device: their ports share two device numbers.
        Assert.Equal(2, report.Pci.Where(device => device.Id == "1b36:000c").Select(device => device.Address[..10]).Distinct().Count());
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_hundred_nvme_of_the_users_arguments_boot(QemuKind qemu)
    {
        var report = await GuestFindsThePlan(qemu, [], NvmeExtras(100));
        Assert.Equal(100, report.Blocks.Count(block => block.Name.StartsWith("nvme", StringComparison.Ordinal)));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_hundred_and_ten_drives_boot_each_on_a_port_of_its_own(QemuKind qemu)
    {
        var report = await GuestFindsThePlan(qemu, ["--pcie-layout=ports", .. ExtraDrives(110)]);
        Assert.Equal(110, report.Blocks.Count);
        Assert.All(report.Blocks, block => Assert.EndsWith(":00.0", block.Pci, StringComparison.Ordinal));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Two_hundred_drives_boot_packed(QemuKind qemu)
    {
        var report = await GuestFindsThePlan(qemu, ["--pcie-layout=packed", .. ExtraDrives(200)]);
        Assert.Equal(200, report.Blocks.Count);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Virtio_nvme_scsi_and_a_network_find_each_its_place(QemuKind qemu)
    {
        string[] options =
        [
            "--network-user-mode", $"--image={Scratch.Raw("root")}",
            $"--extra-drive=nvme:{Scratch.Raw("fast")}", $"--extra-drive=virtio-scsi:{Scratch.Raw("slow")}",
            $"--extra-drive=scsi-cd:{Scratch.Raw("cd")}", $"--extra-drive=virtio-blk:{Scratch.Raw("data")}",
            $"--extra-drive=virtio-scsi:{Scratch.Raw("slower")}",
        ];
        var report = await GuestFindsThePlan(qemu, options);
        // NICs first, then the root disk, then drives in order: nothing later moves them.
        Assert.Equal("0000:01:00.0", Assert.Single(report.Nets).Pci);
        Assert.Equal("0000:02:00.0", report.Block("root").Pci);
        Assert.Equal("0000:03:00.0", report.Block("fast").Pci);
        Assert.Equal("0000:04:00.0", report.Block("data").Pci);
        Assert.Equal(report.Block("slow").Pci, report.Block("slower").Pci);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Another_drive_and_more_spares_move_no_nic_and_no_earlier_drive(QemuKind qemu)
    {
        string[] few = ["--network-user-mode", $"--image={Scratch.Raw("root")}", $"--extra-drive={Scratch.Raw("a")}"];
        var before = await GuestFindsThePlan(qemu, few);
        var after = await GuestFindsThePlan(qemu, [.. few, $"--extra-drive={Scratch.Raw("b")}", "--hotplug-ports=14"]);
        Assert.Equal(Assert.Single(before.Nets), Assert.Single(after.Nets));
        Assert.Equal(before.Block("root").Pci, after.Block("root").Pci);
        Assert.Equal(before.Block("a").Pci, after.Block("a").Pci);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public Task Fixed_addresses_of_the_users_arguments_are_kept(QemuKind qemu) => GuestFindsThePlan(
        qemu,
        [$"--image={Scratch.Raw("root")}"],
        "-device virtio-rng-pci,addr=0x10 -device '{\"driver\":\"virtio-rng-pci\",\"addr\":\"0x1.0\"}'");

    [Fact]
    public async Task More_than_anything_can_hold_is_one_clear_error_with_the_budget()
    {
        using var run = VmspawnRun.StartWith(
            Extra(NvmeExtras(260)), Scratch, QemuKind.Distribution, Guest("report,poweroff"));
        var ended = await run.End(ShortBound);
        Assert.Equal(1, ended.Status);
        Assert.Equal("", ended.Output);
        Assert.Contains("260", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("no slot/function available", ended.Error, StringComparison.Ordinal);
    }

    private async Task<GuestReport> GuestFindsThePlan(QemuKind qemu, string[] options, string extra = "")
    {
        var arguments = Guest("report,poweroff", options);
        using var plan = await PredictedPlan.Of(Scratch, qemu, Extra(extra), arguments);
        using var run = VmspawnRun.StartWith(Extra(extra), Scratch, qemu, arguments);
        var ended = await run.End(ManyDevicesBound);
        Assert.True(ended.Status == 0, ended.ToString());
        var report = GuestReport.In(ended.Output);
        Assert.Equal(plan.Addresses, report.Addresses);
        return report;
    }

    private IEnumerable<string> ExtraDrives(int count) =>
        Enumerable.Range(0, count).Select(number => $"--extra-drive={Scratch.Raw($"d{number}", 1 << 20)}");

    private static string NvmeExtras(int count) => string.Join(' ', Enumerable.Range(0, count).Select(number =>
        $"-blockdev null-co,node-name=n{number},size=1048576 -device nvme,drive=n{number},serial=\"extra {number}/{count}\""));

    private static Dictionary<string, string?> Extra(string words) => new() { ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = words };
}
