using System.Globalization;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>What the command line says reaches the guest.</summary>
public sealed class GuestConfigurationTests : VmTest
{
    private const string Uuid = "8c7d4f80-6c3b-4c83-9a40-6f5a1f0d2b11";

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Cpus_memory_uuid_and_smbios_strings_are_the_ones_asked_for(QemuKind qemu)
    {
        var report = await Report(
            qemu, "--cpus=2", "--ram=700M", $"--uuid={Uuid}", "--smbios11=first", "--smbios11=with blank, comma=yes");
        Assert.Equal(2, report.Cpus);
        Assert.InRange(report.MemoryKib, 600 << 10, 700 << 10);
        Assert.Equal(Uuid, report.Uuid);
        string[] asked = ["first", "with blank, comma=yes"];
        Assert.Equal(asked, report.OemStrings().Where(asked.Contains));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task An_empty_smbios_string_forgets_the_earlier_ones(QemuKind qemu)
    {
        var report = await Report(qemu, "--smbios11=gone", "--smbios11=", "--smbios11=kept");
        Assert.Contains("kept", report.OemStrings());
        Assert.DoesNotContain("gone", report.OemStrings());
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Credentials_arrive_by_smbios_and_never_stand_on_a_command_line(QemuKind qemu)
    {
        const string secret = "s3cret-v4lue";
        var loaded = Scratch.Text("password", secret);
        using var run = VmspawnRun.Start(
            Scratch, qemu, Guest(
                "report,sleep=3,poweroff", "--set-credential=greeting:a\\tb\\n", $"--load-credential=pw:{loaded}"));
        await run.Output.WaitFor("vmtest: report ends", GuestBound);
        var coded = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret));
        Assert.DoesNotContain(Processes.Arguments(run.Qemu), argument =>
            argument.Contains(coded, StringComparison.Ordinal) || argument.Contains(secret, StringComparison.Ordinal));
        var ended = await run.End(GuestBound);
        var strings = GuestReport.In(ended.Output).OemStrings();
        Assert.Contains("io.systemd.credential.binary:pw=" + coded, strings);
        Assert.Contains("io.systemd.credential.binary:greeting=" + Convert.ToBase64String("a\tb\n"u8), strings);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Kernel_arguments_arrive_in_order_behind_the_console_of_vmspawn(QemuKind qemu)
    {
        var report = await Report(qemu);
        var words = report.CommandLine.Split(' ');
        Assert.Contains("console=hvc0", words);
        Assert.Equal(["quiet", "vmtest=report,poweroff"], words[^2..]);
        Assert.Equal(["hvc0"], report.Consoles);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_serial_transport_makes_the_uart_the_console(QemuKind qemu) =>
        Assert.Equal(["ttyS0"], (await Report(qemu, "--console-transport=serial")).Consoles);

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_user_mode_network_gives_one_nic_and_none_is_the_default(QemuKind qemu)
    {
        Assert.Empty((await Report(qemu)).Nets);
        var nic = Assert.Single((await Report(qemu, "--network-user-mode")).Nets);
        Assert.Matches("^[0-9a-f]{2}(:[0-9a-f]{2}){5}$", nic.Mac);
        Assert.True((int.Parse(nic.Mac[..2], NumberStyles.HexNumber) & 1) == 0, "a NIC's own address is no group address");
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_kernel_gets_several_initrds_as_one(QemuKind qemu)
    {
        // The second ends at no multiple of four: without padding the kernel would not find the third.
        var second = Scratch.Own("second.cpio");
        await File.WriteAllBytesAsync(second, Cpio.Archive("second", "in the second\n").AsMemory()[..^1].ToArray());
        var third = Scratch.Own("third.cpio");
        await File.WriteAllBytesAsync(third, Cpio.Archive("third", "in the third\n"));
        var ended = await Run(
            qemu, Guest("show=/second,show=/third,poweroff", $"--initrd={second}", $"--initrd={third}"));
        Assert.Contains("vmtest: show /second in the second\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: show /third in the third\n", ended.Output, StringComparison.Ordinal);
    }

    private async Task<GuestReport> Report(QemuKind qemu, params string[] options)
    {
        var ended = await Run(qemu, Guest("report,poweroff", options));
        Assert.True(ended.Status == 0, ended.ToString());
        return GuestReport.In(ended.Output);
    }
}
