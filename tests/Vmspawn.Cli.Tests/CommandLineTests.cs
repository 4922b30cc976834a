using Vmspawn.Options;
using Vmspawn.Pcie;

namespace Vmspawn.Cli.Tests;

public class CommandLineTests
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private static ParsedCommand Parse(params string[] args) => CommandLine.Parse("vmspawn", args, NoEnvironment);

    private static VmOptions Run(params string[] args) => Assert.IsType<RunCommand>(Parse(args)).Options;

    private static string[] Codes(params string[] args) => [.. Assert.IsType<Mistakes>(Parse(args)).Problems.Select(problem => problem.Code)];

    [Fact]
    public void Without_options_everything_is_at_its_default()
    {
        var options = Run("-i", "disk");
        Assert.Equal("disk", options.Image);
        Assert.Equal(new RamSize(2L << 30), options.Ram);
        Assert.Equal(new CpuTopology(1, "1"), options.Cpus);
        Assert.Equal((ImageFormat.Raw, DiskType.VirtioBlk, true, false), (options.ImageFormat, options.ImageDiskType, options.DiscardDisk, options.Ephemeral));
        Assert.Equal((ConsoleMode.Interactive, ConsoleTransport.Virtio), (options.Console, options.ConsoleTransport));
        Assert.Equal((Tristate.Auto, FirmwareKind.Auto, 0), (options.Kvm, options.Firmware, options.Networks.Count));
        Assert.Equal((10, PcieLayout.Auto, true), (options.HotplugPorts, options.Layout, options.QemuSandbox));
        Assert.Null(options.Background);
        Assert.Null(options.Machine);
        Assert.Empty(options.KernelArguments);
    }

    [Fact]
    public void Every_option_that_is_there_reaches_the_options()
    {
        var options = Run(
            "-qx", "--user", "-M", "guest", "--uuid=3f2b8c1e8a534d0e9f1d0c2a64a4b1a7", "-i", "disk", "--image-format=raw", "--image-disk-type=nvme",
            "--discard-disk=no", "-G8G", "--extra-drive=qcow2:scsi-cd:cd", "--linux=k", "--initrd=i", "--firmware=bios", "--cpus=4,sockets=2",
            "--ram=1G:2G:3", "--kvm=no", "-sone", "--set-credential=a:1", "--load-credential=b:p", "--console=native", "--console-transport=serial",
            "--background=44", "--network-user-mode", "--hotplug-ports=3", "--pcie-layout=packed", "--qemu-sandbox=no", "quiet", "-x");
        Assert.True(options.Quiet && options.Ephemeral && !options.DiscardDisk && !options.QemuSandbox);
        Assert.Equal((RuntimeScope.User, "guest", Guid.Parse("3f2b8c1e8a534d0e9f1d0c2a64a4b1a7")), (options.Scope, options.Machine, options.Uuid!.Value));
        Assert.Equal(("disk", DiskType.Nvme, 8L << 30), (options.Image, options.ImageDiskType, options.GrowImage!.Value));
        Assert.Equal([new ExtraDrive("cd", ImageFormat.Qcow2, DiskType.ScsiCd)], options.ExtraDrives);
        Assert.Equal(("k", FirmwareKind.Bios, new CpuTopology(4, "4,sockets=2")), (options.Linux, options.Firmware, options.Cpus));
        Assert.Equal(["i"], options.Initrds);
        Assert.Equal((new RamSize(1L << 30, 2L << 30, 3), Tristate.No), (options.Ram, options.Kvm));
        Assert.Equal(["one"], options.Smbios11);
        Assert.Equal(["a", "b"], options.Credentials.Select(credential => credential.Id));
        Assert.Equal((ConsoleMode.Native, ConsoleTransport.Serial, "44"), (options.Console, options.ConsoleTransport, options.Background));
        Assert.Equal((NetworkMode.User, 3, PcieLayout.Packed), (Assert.Single(options.Networks), options.HotplugPorts, options.Layout));
        Assert.Equal(["quiet", "-x"], options.KernelArguments);
    }

    [Fact]
    public void A_later_value_overrides_an_earlier_one()
    {
        Assert.Equal(ConsoleMode.Native, Run("-i", "d", "--console=headless", "--console=native").Console);
        Assert.Equal("b", Run("-ia", "-ib").Image);
        Assert.Null(Run("-i", "d", "-Ma", "--machine=").Machine);
        Assert.Null(Run("-i", "d", "-G1G", "-G", "").GrowImage);
    }

    [Fact]
    public void Repeatable_options_add_up_in_order()
    {
        var options = Run("--linux=k", "--initrd=a", "--initrd=b", "--extra-drive=c", "--extra-drive=c", "-s1", "-s2");
        Assert.Equal(["a", "b"], options.Initrds);
        Assert.Equal(["c", "c"], options.ExtraDrives.Select(drive => drive.Path));
        Assert.Equal(["1", "2"], options.Smbios11);
    }

    [Fact]
    public void An_empty_SMBIOS_string_resets_the_earlier_ones() => Assert.Equal(["2"], Run("-i", "d", "-s1", "-s", "", "-s2").Smbios11);

    [Fact]
    public void All_mistakes_are_reported_at_once_in_their_order() =>
        Assert.Equal(
            ["option-unknown", "ram-zero", "cpus", "machine-name", "initrd-without-kernel"],
            Codes("--nonsense", "--ram=0", "--cpus=0", "-M_", "--initrd=i", "-id"));

    [Theory]
    [InlineData("--console=gui")]
    [InlineData("--qemu-gui")]
    [InlineData("--gui")]
    public void A_graphical_console_has_three_spellings(string option) => Assert.Equal(ConsoleMode.Gui, Run("-i", "d", option).Console);

    [Fact]
    public void Options_about_pagers_and_passwords_have_no_effect() =>
        Assert.Equal(Run("-i", "d").ToString(), Run("-i", "d", "--no-pager", "--no-ask-password").ToString());

    [Fact]
    public void Every_mistake_names_the_option_and_its_value()
    {
        var problem = Assert.Single(Assert.IsType<Mistakes>(Parse("-i", "d", "--ram", "lots")).Problems);
        Assert.Equal(("--ram=lots", ProblemKind.Usage), (problem.Subject, problem.Kind));
        Assert.NotNull(problem.Hint);
    }

    [Fact]
    public void Without_anything_to_boot_it_is_left_to_the_current_directory() => Assert.Null(Assert.IsType<RunCommand>(Parse()).Options.Directory);

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--nonsense", "--ram=0", "--help")]
    [InlineData("plan", "--help")]
    [InlineData("demo", "-qh")]
    public void Help_is_shown_whatever_else_is_wrong(params string[] args) => Assert.IsType<ShowHelp>(Parse(args));

    [Theory]
    [InlineData("--set-credential=a:1", "--set-credential=a:2")]
    [InlineData("--load-credential=a:/x", "--set-credential=a:2")]
    public void A_credential_that_is_set_twice_is_refused(string first, string second) => Assert.Equal(["credential-twice"], Codes("-i", "d", first, second));

    [Fact]
    public void Help_behind_the_options_is_a_kernel_argument() => Assert.Equal(["x", "--help"], Run("-i", "d", "x", "--help").KernelArguments);

    [Fact]
    public void Version_is_one_line() => Assert.Equal("vmspawn 0.1.0\n", Assert.IsType<ShowText>(Parse("--version")).Text);

    [Fact]
    public void The_environment_sets_options()
    {
        var environment = new Dictionary<string, string>
        {
            ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = "-device 'nvme,serial=a b'",
            ["SYSTEMD_VMSPAWN_NETWORK_MAC"] = "52:54:00:12:34:56",
            ["TERM"] = "xterm",
            ["CREDENTIALS_DIRECTORY"] = "/run/credentials/x",
        };
        var options = Assert.IsType<RunCommand>(CommandLine.Parse("vmspawn", ["-id"], environment)).Options;
        Assert.Equal(["-device", "nvme,serial=a b"], options.QemuExtra);
        Assert.Equal(("52:54:00:12:34:56", "xterm", "/run/credentials/x"), (options.NetworkMac, options.Terminal, options.CredentialsDirectory));
    }

    [Fact]
    public void An_environment_that_cannot_be_read_is_a_mistake_that_names_the_variable()
    {
        var environment = new Dictionary<string, string> { ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = "-device 'nvme", ["SYSTEMD_VMSPAWN_NETWORK_MAC"] = "x", ["TERM"] = "a b" };
        var problems = Assert.IsType<Mistakes>(CommandLine.Parse("vmspawn", ["-id"], environment)).Problems;
        Assert.Equal(["$SYSTEMD_VMSPAWN_QEMU_EXTRA", "$SYSTEMD_VMSPAWN_NETWORK_MAC"], problems.Select(problem => problem.Subject));
    }

    [Fact]
    public void An_empty_variable_counts_as_unset() =>
        Assert.Empty(Assert.IsType<RunCommand>(CommandLine.Parse("vmspawn", ["-id"], new Dictionary<string, string> { ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = "" })).Options.QemuExtra);

    [Fact]
    public void A_kernel_argument_is_one_line_of_text()
    {
        Assert.Equal(["kernel-argument"], Codes("-id", "a\nb"));
        Assert.Equal(["kernel-argument"], Codes("-id", "a\ufffd"));
    }
}
