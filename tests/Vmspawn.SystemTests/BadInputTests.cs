using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Bad input gets a sentence for each mistake before anything starts, and leaves nothing behind.</summary>
public sealed class BadInputTests : VmTest
{
    private const int Failure = 1;
    private const int Usage = 2;

    [Theory]
    [InlineData("--ram=0", "--ram")]
    [InlineData("--ram=12Q", "--ram")]
    [InlineData("--ram=99999999999T", "--ram")]
    [InlineData("--ram=-1G", "--ram")]
    [InlineData("--cpus=0", "--cpus")]
    [InlineData("--cpus=many", "--cpus")]
    [InlineData("--cpus=99999999999", "--cpus")]
    [InlineData("--machine=not a host name", "not a host name")]
    [InlineData("--machine=-x", "-x")]
    [InlineData("--uuid=00000000-0000-0000-0000-000000000000", "--uuid")]
    [InlineData("--uuid=nonsense", "--uuid")]
    [InlineData("--grow-image=99999999999T", "--grow-image")]
    [InlineData("--image-format=vmdk", "vmdk")]
    [InlineData("--image-disk-type=floppy", "floppy")]
    [InlineData("--console=hologram", "hologram")]
    [InlineData("--console-transport=pigeon", "pigeon")]
    [InlineData("--hotplug-ports=-1", "--hotplug-ports")]
    [InlineData("--pcie-layout=round", "round")]
    [InlineData("--kvm=perhaps", "perhaps")]
    [InlineData("--set-credential=novalue", "novalue")]
    [InlineData("--no-such-option", "--no-such-option")]
    public async Task A_wrong_value_is_wrong_usage_and_named(string option, string named)
    {
        var ended = await Refused(Usage, Guest("poweroff", option));
        Assert.Contains(named, ended.Error, StringComparison.Ordinal);
    }

    // No machine that tests run on has them; one that has would need such a guest.
    [Theory]
    [InlineData("--coco=sev-snp", "SEV-SNP", "/sys/module/kvm_amd/parameters/sev_snp")]
    [InlineData("--coco=tdx", "TDX", "/sys/module/kvm_intel/parameters/tdx")]
    public async Task A_confidential_guest_is_refused_in_one_sentence_where_the_host_has_none(string option, string name, string parameter)
    {
        if (File.Exists(parameter) && File.ReadAllText(parameter).StartsWith('Y'))
            Assert.Skip($"this host has {name}");
        var ended = await Refused(Failure, Guest("poweroff", "--kvm=auto", "--firmware=auto", option));
        Assert.StartsWith($"vmspawn: {option}: this host has no {name} for its guests: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains(parameter, ended.Error, StringComparison.Ordinal);
        Assert.Single(ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Options_that_switch_features_off_are_accepted()
    {
        var ended = await Run(QemuKind.Distribution, Guest(
            "poweroff", "--register=no", "--tpm=no", "--vsock=no", "--pass-ssh-key=no", "--notify-ready=no", "--keep-unit"));
        Assert.True(ended.Status == 0, ended.ToString());
    }

    [Fact]
    public async Task Firmware_that_no_descriptor_offers_is_refused_with_the_reason_of_each_and_where_it_was_looked_for()
    {
        var ended = await Refused(Failure, Guest("poweroff", "--firmware=uefi", "--firmware-features=no-such-thing"));
        Assert.Contains("60-edk2-x86_64.json: it lacks no-such-thing", ended.Error, StringComparison.Ordinal);
        Assert.Contains("/etc/qemu/firmware", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_missing_image_is_named() => RefusedImage(Path.Combine(Scratch.Images, "missing.raw"));

    [Fact]
    public Task A_directory_is_no_image() => RefusedImage(Scratch.Images);

    [Fact]
    public Task An_empty_file_is_no_image() => RefusedImage(Scratch.Raw("empty", 0));

    [Fact]
    public Task A_raw_file_is_no_qcow2() => RefusedImage(Scratch.Raw("disk"), "--image-format=qcow2");

    [Fact]
    public async Task A_qcow2_file_is_not_booted_as_raw()
    {
        var image = Scratch.Own("disk");
        // The magic and version 3 of a qcow2 header are what anyone can tell it by.
        await File.WriteAllBytesAsync(image, [.. "QFI"u8, 0xfb, 0, 0, 0, 3, .. new byte[65536]]);
        await RefusedImage(image);
    }

    [Fact]
    public async Task A_missing_kernel_initrd_drive_or_credential_is_named()
    {
        var ended = await Refused(Failure, [
            "--user", "--firmware=none", "--linux=/nowhere/kernel", "--initrd=/nowhere/initrd",
            "--extra-drive=/nowhere/drive", "--load-credential=a:/nowhere/credential"]);
        foreach (var what in (string[])["kernel", "initrd", "drive", "credential"])
            Assert.Contains("/nowhere/" + what, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_initrd_without_a_kernel_is_refused()
    {
        var ended = await Refused(null, ["--user", $"--initrd={Prepared.Initrd}", $"--image={Scratch.Raw("disk")}"]);
        Assert.Contains("--initrd", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kernel_command_line_over_the_limit_is_refused_with_the_limit()
    {
        var ended = await Refused(null, [.. Guest("poweroff"), new string('x', 2048)]);
        Assert.Contains("2047", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public Task Extra_arguments_that_cannot_be_split_are_refused() =>
        RefusedExtra("-device \"nvme", "SYSTEMD_VMSPAWN_QEMU_EXTRA");

    [Fact]
    public Task An_extra_device_on_a_taken_address_is_refused() => RefusedExtra("-device virtio-rng-pci,addr=0x1f", "1f");

    [Fact]
    public Task Two_extra_devices_on_one_address_are_refused() =>
        RefusedExtra("-device virtio-rng-pci,addr=0x5 -device virtio-balloon-pci,addr=0x5.0", "05.0");

    [Fact]
    public async Task A_host_without_qemu_is_reported()
    {
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["PATH"] = Scratch.Temporary }, Scratch, QemuKind.Distribution, Guest("poweroff"));
        var ended = Sentences(await run.End(ShortBound), Failure);
        Assert.Contains("qemu-system", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_mistake_is_reported_at_once()
    {
        var ended = await Refused(Usage, ["--user", "--ram=0", "--cpus=none", "--console=hologram", "--no-such-option"]);
        foreach (var what in (string[])["--ram", "--cpus", "hologram", "--no-such-option"])
            Assert.Contains(what, ended.Error, StringComparison.Ordinal);
    }

    private async Task RefusedImage(string image, params string[] options)
    {
        var ended = await Refused(Failure, Guest("poweroff", [$"--image={image}", .. options]));
        Assert.Contains(image, ended.Error, StringComparison.Ordinal);
    }

    private async Task RefusedExtra(string extra, string named)
    {
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = extra },
            Scratch, QemuKind.Distribution, Guest("poweroff"));
        Assert.Contains(named, Sentences(await run.End(ShortBound), null).Error, StringComparison.Ordinal);
    }

    private async Task<Ended> Refused(int? status, string[] arguments)
    {
        using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, arguments);
        return Sentences(await run.End(ShortBound), status);
    }

    /// <summary>A failure (either status when null) that prints only vmspawn's messages, on standard error.</summary>
    private static Ended Sentences(Ended ended, int? status)
    {
        Assert.True(status is null ? ended.Status is Failure or Usage : ended.Status == status, ended.ToString());
        Assert.Equal("", ended.Output);
        Assert.NotEqual("", ended.Error);
        var sentences = ended.Error.TrimEnd('\n').Split('\n');
        if (ended.Status == Usage)
        {
            Assert.Equal("Try 'vmspawn --help'.", sentences[^1]);
            sentences = sentences[..^1];
        }
        Assert.NotEmpty(sentences);
        Assert.All(sentences, line => Assert.StartsWith("vmspawn: ", line, StringComparison.Ordinal));
        return ended;
    }
}
