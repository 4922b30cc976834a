using System.Security.Cryptography;
using System.Text.Json;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Machines that start with UEFI firmware.</summary>
public sealed class FirmwareTests : VmTest
{
    private const string Code = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    private static readonly JsonSerializerOptions Kebab = new() { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower };

    private const string Template = "/usr/share/OVMF/OVMF_VARS_4M.fd";

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_boot_entry_of_the_image_starts_directly_with_its_initrd(QemuKind qemu)
    {
        var disk = Copy("disk.raw");
        var before = Hash(disk);
        var ended = await Succeed(qemu, [.. Machine(disk), "--boot-entry=guest", "--firmware=none", "--ephemeral", "no_timer_check", "quiet", "vmtest=report,poweroff"]);
        Assert.Equal("disk.raw", Assert.Single(GuestReport.In(ended.Output).Blocks).Serial);
        Assert.Equal(before, Hash(disk));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_disk_boots_where_the_plan_says_and_keeps_its_variables_for_one_machine_at_a_time(QemuKind qemu)
    {
        var disk = Copy("disk.raw");
        var state = Scratch.Own("disk.raw.efinvramstate");
        var before = Hash(Template);
        string[] machine = [.. Machine(disk), "--network-user-mode", $"--extra-drive=nvme:{Scratch.Raw("data")}"];

        // The words reach the kernel through systemd-boot, which has them from SMBIOS.
        string[] first = [.. machine, "quiet", "vmtest=report,efi-put=Test:kept,poweroff"];
        using var plan = await PredictedPlan.Of(Scratch, qemu, new Dictionary<string, string?>(), first);
        Assert.False(File.Exists(state));
        var report = GuestReport.In((await Succeed(qemu, first)).Output);
        Assert.Equal(plan.Addresses, report.Addresses);
        Assert.Equal(plan.GuestAddress("vmspawn-root"), report.Block("disk.raw").Pci);
        Assert.Equal(before, Hash(Template));
        Assert.NotEqual(before, Hash(state));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(state));

        using var second = VmspawnRun.Start(Scratch, qemu, [.. machine, "quiet", "vmtest=efi-get=Test,sleep=3,poweroff"]);
        await second.Output.WaitFor("vmtest: efi-get Test kept", GuestBound);
        var third = await Run(qemu, [.. Machine(Scratch.Raw("other.raw")), $"--machine={Scratch.Mark}-2", $"--efi-nvram-state={state}"]);
        Assert.Equal(1, third.Status);
        Assert.Contains($"--efi-nvram-state={state}: a running VM keeps its EFI variables there: process {second.Qemu} (", third.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await second.End(GuestBound)).Status);
    }

    [Fact]
    public async Task An_ephemeral_machine_starts_from_the_template_and_leaves_image_and_state_alone()
    {
        var disk = Copy("disk.raw");
        var state = Scratch.Own("disk.raw.efinvramstate");
        File.Copy(Template, state);
        var before = (Hash(disk), Hash(state), Hash(Template));
        await Succeed(QemuKind.Distribution, [.. Machine(disk), "--ephemeral", "quiet", "vmtest=efi-put=Test:lost,write=vda:69000000:lost,poweroff"]);
        Assert.Equal(before, (Hash(disk), Hash(state), Hash(Template)));
    }

    // With QEMU 7.2 emulating, this kernel now and then hangs under this firmware before its console is up.
    [Fact]
    public async Task A_kernel_boots_by_firmware_in_memory_where_the_plan_says()
    {
        var arguments = Guest("report,show=/sys/firmware/efi/fw_platform_size,poweroff", $"--firmware={Descriptor(new { Device = "memory", Filename = "/usr/share/ovmf/OVMF.fd" })}");
        using var plan = await PredictedPlan.Of(Scratch, QemuKind.Sid, new Dictionary<string, string?>(), arguments);
        var ended = await Succeed(QemuKind.Sid, arguments);
        Assert.Equal(plan.Addresses, GuestReport.In(ended.Output).Addresses);
        Assert.Contains("vmtest: show /sys/firmware/efi/fw_platform_size 64", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kernel_boots_by_flash_without_a_state_and_its_variables_are_forgotten()
    {
        var descriptor = Descriptor(new { Device = "flash", Mode = "stateless", Executable = new { Filename = Code, Format = "raw" } });
        var firmware = $"--firmware={descriptor}";
        var first = await Succeed(QemuKind.Sid, Guest("efi-put=Test:lost,poweroff", firmware));
        Assert.Contains("vmtest: efi-put Test\n", first.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var second = await Succeed(QemuKind.Sid, Guest("efi-get=Test,poweroff", firmware));
        Assert.DoesNotContain("lost", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Firmware_with_its_variables_in_one_file_is_a_machines_own_copy_that_keeps_them()
    {
        var (combined, disk, state) = (Scratch.Own("combined.fd"), Copy("disk.raw"), Scratch.Own("disk.raw.efinvramstate"));
        await File.WriteAllBytesAsync(combined, [.. await File.ReadAllBytesAsync(Template), .. await File.ReadAllBytesAsync(Code)]);
        var before = Hash(combined);
        Dictionary<string, string?> environment = new() { ["XDG_CONFIG_HOME"] = Scratch.Own("config") };
        var folder = Directory.CreateDirectory(Path.Combine(environment["XDG_CONFIG_HOME"]!, "qemu", "firmware")).FullName;
        // The first name is the one that is chosen.
        File.Move(Descriptor(new { Device = "flash", Mode = "combined", Executable = new { Filename = combined, Format = "raw" } }), Path.Combine(folder, "10-combined.json"));

        Assert.Contains("vmtest: efi-put Test\n", await Boot("efi-put=Test:kept"), StringComparison.Ordinal);
        Assert.Equal((before, new FileInfo(combined).Length), (Hash(combined), new FileInfo(state).Length));
        Assert.Contains("vmtest: efi-get Test kept", await Boot("efi-get=Test"), StringComparison.Ordinal);

        async Task<string> Boot(string word)
        {
            using var run = VmspawnRun.StartWith(environment, Scratch, QemuKind.Sid, [.. Machine(disk), "quiet", $"vmtest={word},poweroff"]);
            var ended = await run.End(GuestBound);
            Assert.True(ended.Status == 0, ended.ToString());
            return ended.Output.ReplaceLineEndings("\n");
        }
    }

    [Fact]
    public async Task A_unified_kernel_image_boots_by_qcow2_firmware_with_its_words_and_keeps_variables_in_qcow2()
    {
        var (code, template, state) = (await Qcow2(Code, "code.qcow2"), await Qcow2(Template, "vars.qcow2"), Scratch.Own("state"));
        var descriptor = Descriptor(new
        {
            Device = "flash",
            Executable = new { Filename = code, Format = "qcow2" },
            NvramTemplate = new { Filename = template, Format = "qcow2" },
        });
        string[] arguments =
        [
            "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--tpm=no", "--console=read-only", "--ram=512M",
            $"--linux={Prepared.Efi("guest.efi")}", $"--firmware={descriptor}", $"--efi-nvram-state={state}", "quiet",
        ];
        await Succeed(QemuKind.Sid, [.. arguments, "vmtest=efi-put=Test:kept,poweroff"]);
        Assert.Equal("QFI"u8.ToArray(), (await File.ReadAllBytesAsync(state)).AsSpan(0, 3).ToArray());
        var ended = await Succeed(QemuKind.Sid, [.. arguments, "vmtest=efi-get=Test,poweroff"]);
        Assert.Contains("vmtest: efi-get Test kept", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_enrolled_keys_debians_signed_chain_boots_and_secure_boot_is_on()
    {
        var ended = await Succeed(QemuKind.Distribution, SecureMachine("signed.raw"));
        Assert.Contains("vmtest: secure-boot 1", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_enrolled_keys_an_unsigned_loader_is_refused()
    {
        using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, SecureMachine("disk.raw"));
        await run.Output.WaitFor("Security Violation", GuestBound);
        // Firmware ignores the power button: the second signal forces the end.
        run.Signal("TERM");
        // Signals that come within half a second are one.
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Signal("TERM");
        var ended = await run.End(GuestBound);
        Assert.DoesNotContain("vmtest: up", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sids_descriptors_are_read_and_the_one_that_would_be_chosen_is_printed_alone()
    {
        Dictionary<string, string?> masked = new() { ["XDG_CONFIG_HOME"] = Scratch.Own("config") };
        var folder = Directory.CreateDirectory(Path.Combine(masked["XDG_CONFIG_HOME"]!, "qemu", "firmware")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "50-edk2-x86_64-secure.json"), "");
        var list = (await Ask(masked, "--firmware=list")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["40-edk2-x86_64-secure-enrolled.json", "60-edk2-x86_64-amdsev.json", "60-edk2-x86_64-inteltdx.json", "60-edk2-x86_64.json"],
            list.Select(Path.GetFileName).Where(name => name!.Contains("x86_64")));
        using var chosen = JsonDocument.Parse(await Ask(masked, "--firmware=describe"));
        // The masked one is out, and those in memory keep no variables.
        Assert.Equal(Code, chosen.RootElement.GetProperty("mapping").GetProperty("executable").GetProperty("filename").GetString());
        Assert.Contains("amd-sev-snp", (await Ask(masked, "--firmware-features=list")).Split('\n'));
    }

    private async Task<string> Ask(Dictionary<string, string?> environment, string question)
    {
        using var run = VmspawnRun.StartWith(environment, Scratch, QemuKind.Sid, question);
        var ended = await run.End(ShortBound);
        Assert.True(ended is { Status: 0, Error: "" }, ended.ToString());
        return ended.Output;
    }

    private string[] Machine(string disk) =>
    [
        "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--tpm=no", "--console=read-only", "--ram=512M", $"--image={disk}",
    ];

    private string[] SecureMachine(string disk) =>
        [.. Machine(Copy(disk)), "--ephemeral", "--console-transport=serial", "--firmware-features=enrolled-keys"];

    private async Task<Ended> Succeed(QemuKind qemu, string[] arguments)
    {
        var ended = await Run(qemu, arguments);
        Assert.True(ended.Status == 0, ended.ToString());
        return ended;
    }

    private string Copy(string name)
    {
        var copy = Scratch.Own(name);
        File.Copy(Prepared.Efi(name), copy);
        return copy;
    }

    private async Task<string> Qcow2(string raw, string name)
    {
        var path = Scratch.Own(name);
        using var convert = System.Diagnostics.Process.Start("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, path]);
        await convert.WaitForExitAsync();
        Assert.Equal(0, convert.ExitCode);
        return path;
    }

    private string Descriptor(object mapping) => Scratch.Text("firmware.json", JsonSerializer.Serialize(
        new
        {
            Description = "for a test",
            InterfaceTypes = (string[])["uefi"],
            Mapping = mapping,
            Targets = new[] { new { Architecture = "x86_64", Machines = (string[])["pc-q35-*"] } },
            Features = Array.Empty<string>(),
        },
        Kebab));

    private static string Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
