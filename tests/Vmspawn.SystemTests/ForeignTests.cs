using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Guests of another architecture than this host's, as tests/guests/make-foreign.sh makes them.</summary>
public sealed class ForeignTests : VmTest
{
    [Fact]
    public async Task An_arm64_guest_finds_its_devices_where_the_plan_says_on_the_virtio_console()
    {
        string[] options = ["--arch=aarch64", "--cpus=9", "--network-user-mode", $"--image={Scratch.Raw("disk")}", $"--extra-drive=nvme:{Scratch.Raw("nvme")}"];
        var arguments = Foreign("arm64", "report,write=vda:4096:kept,poweroff", options);
        using var plan = await PredictedPlan.Of(Scratch, QemuKind.Distribution, new Dictionary<string, string?>(), arguments);
        var ended = await Run(QemuKind.Distribution, arguments);
        Assert.True(ended.Status == 0, ended.ToString());

        var report = GuestReport.In(ended.Output);
        Assert.Equal(plan.Addresses, report.Addresses);
        Assert.Equal(["hvc0"], report.Consoles);
        // More than the eight that the board's older interrupt controller ends at.
        Assert.Equal(9, report.Cpus);
        Assert.Equal(plan.GuestAddress("vmspawn-root"), report.Block("disk").Pci);
        Assert.StartsWith("nvme", report.Block("nvme").Name, StringComparison.Ordinal);
        Assert.Equal(plan.GuestAddress("vmspawn-nic"), Assert.Single(report.Nets).Pci);
    }

    [Fact]
    public async Task An_arm64_guest_boots_by_UEFI_and_keeps_its_variables_and_the_state_of_its_TPM()
    {
        string[] options =
        [
            "--arch=aarch64", "--firmware=uefi", $"--efi-nvram-state={Scratch.Own("vars")}", "--tpm=yes", $"--tpm-state={Scratch.Own("tpm")}",
            "--uuid=2f1f5a3e-0b5b-4c8e-9a3b-6d0c9f1f7a10",
        ];
        var first = await Run(QemuKind.Distribution, Foreign("arm64", "report,tpm,tpm-put=remember,efi-put=Test:kept,poweroff", options));
        Assert.True(first.Status == 0, first.ToString());
        Assert.Contains("vmtest: tpm 2\n", first.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: tpm put 00000000\n", first.Output, StringComparison.Ordinal);
        Assert.Equal("2f1f5a3e-0b5b-4c8e-9a3b-6d0c9f1f7a10", GuestReport.In(first.Output).Uuid);
        var second = await Run(QemuKind.Distribution, Foreign("arm64", "tpm-get,efi-get=Test,poweroff", options));
        Assert.Contains("vmtest: tpm get remember\n", second.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: efi-get Test kept\n", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_riscv64_guest_comes_up_behind_OpenSBI_and_powers_off()
    {
        var arguments = Foreign("riscv64", "report,poweroff", ["--arch=riscv64", "--console-transport=serial"]);
        using var plan = await PredictedPlan.Of(Scratch, QemuKind.Distribution, new Dictionary<string, string?>(), arguments);
        var ended = await Run(QemuKind.Distribution, arguments);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("OpenSBI", ended.Output, StringComparison.Ordinal);
        var report = GuestReport.In(ended.Output);
        Assert.Equal(plan.Addresses, report.Addresses);
        Assert.Equal(["ttyS0"], report.Consoles);
    }

    [Fact]
    public async Task A_riscv64_board_is_given_flash_chips_only_where_QEMU_has_names_for_them()
    {
        const string empty = """{ "filename": "/dev/null", "format": "raw" }""";
        var firmware = Scratch.Text("firmware.json", $$"""
            {
              "description": "for a test", "interface-types": ["uefi"], "features": [], "tags": [],
              "mapping": { "device": "flash", "mode": "stateless", "executable": {{empty}} },
              "targets": [{ "architecture": "riscv64", "machines": ["virt*"] }]
            }
            """);
        var ended = await Run(QemuKind.Distribution, ["plan", "--format=argv", .. Foreign("riscv64", "poweroff", ["--arch=riscv64", $"--firmware={firmware}"])]);
        if (ended.Status == 0)
            Assert.Contains("pflash0=", ended.Output, StringComparison.Ordinal);
        else
            Assert.Contains("it is for flash chips, and QEMU starts riscv64 by them since 8.1.0, not yet in 7.2.", ended.Error, StringComparison.Ordinal);
    }

    private string[] Foreign(string guest, string words, string[] options) =>
    [
        "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--tpm=no", "--firmware=none", "--console=read-only", "--ram=512M",
        $"--linux={Path.Combine(Prepared.Cache, guest, "vmlinuz")}", $"--initrd={Path.Combine(Prepared.Cache, guest, "initrd")}",
        .. options, "quiet", $"vmtest={words}",
    ];
}
