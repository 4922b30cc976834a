using Vmspawn.Options;

namespace Vmspawn.Cli.Tests;

/// <summary>The command lines that mkosi 27 makes (run_vmspawn in its vmspawn.py), word for word.</summary>
public class MkosiLineTests
{
    private static ParsedCommand Parse(string? extra, params string[] args)
    {
        var environment = new Dictionary<string, string> { ["TERM"] = "dumb" };
        if (extra is not null)
            environment[EnvironmentRequests.QemuExtra] = extra;
        return CommandLine.Parse("/usr/bin/systemd-vmspawn", args, environment);
    }

    [Fact]
    public void Mkosis_query_for_the_firmware_is_parsed()
    {
        var command = Assert.IsType<FirmwareCommand>(Parse(null, "--firmware=describe", "--firmware-features", "secure-boot,enrolled-keys"));
        Assert.Equal((FirmwareQuestion.Describe, "secure-boot,enrolled-keys"), (command.Question, command.Options.FirmwareFeatures.ToString()));
    }

    [Fact]
    public void Mkosis_query_for_the_version_is_answered_in_the_format_of_systemds_tools() =>
        Assert.Equal("(262.1)", Assert.IsType<ShowText>(Parse(null, "--version")).Text.Split([' ', '\n'])[2]);

    [Fact]
    public void Mkosis_command_line_for_a_disk_is_parsed()
    {
        var options = Assert.IsType<RunCommand>(Parse(
            "-device 'virtio-blk-pci,drive=more,serial=two words' -blockdev driver=raw,node-name=more,file.driver=file,file.filename=/d,file.aio=io_uring",
            "--cpus", "2", "--ram", "536870912", "--kvm", "", "--vsock", "", "--tpm", "", "--tpm-state=off", "--console", "read-only",
            "--register", "yes", "--firmware-features", "~secure-boot", "--grow-image", "8589934592", "--network-user-mode",
            "--efi-nvram-template", "/tmp/mkosi-ovmf-vars-1", "--load-credential=first:/tmp/c/first", "--load-credential=second:/tmp/c/second",
            "--ephemeral", "--linux", "/k", "--initrd", "/i", "--image", "/image.raw", "--image-disk-type", "nvme",
            "systemd.wants=network.target", "rw", "console=hvc0")).Options;
        Assert.Equal((Tristate.Auto, Tristate.Auto, Tristate.Yes), (options.Kvm, options.Tpm, options.Registration.Register));
        Assert.Equal((536870912L, 8589934592L), (options.Ram.Size, options.GrowImage));
        Assert.Equal(["first", "second"], options.Credentials.Select(credential => credential.Id));
        Assert.Equal(["systemd.wants=network.target", "rw", "console=hvc0"], options.KernelArguments);
        Assert.Equal("virtio-blk-pci,drive=more,serial=two words", options.QemuExtra[1]);
        Assert.Equal((DiskType.Nvme, "/image.raw", true), (options.ImageDiskType, options.Image, options.Ephemeral));
    }
}
