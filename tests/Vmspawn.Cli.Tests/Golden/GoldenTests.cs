using System.Runtime.CompilerServices;

namespace Vmspawn.Cli.Tests.Golden;

/// <summary>Whole command lines and the QEMU command they become, in <c>lines/</c>. UPDATE_GOLDEN=1 rewrites the files.</summary>
public class GoldenTests
{
    [Theory]
    [InlineData("minimal", null, "-i", "IMAGES/root.raw", "--firmware=bios")]
    [InlineData("qcow2-nvme", null, "-i", "IMAGES/root.qcow2", "--image-format=qcow2", "--image-disk-type=nvme", "--firmware=bios", "--discard-disk=no")]
    [InlineData("ephemeral-with-drives", null, "-x", "-i", "IMAGES/root.raw", "--extra-drive=nvme:IMAGES/data.raw", "--firmware=bios", "-M", "throwaway")]
    [InlineData("scsi-shares-a-controller", null, "-i", "IMAGES/root.raw", "--image-disk-type=virtio-scsi", "--extra-drive=IMAGES/data.raw", "--extra-drive=scsi-cd:IMAGES/cd.iso", "--firmware=bios")]
    [InlineData("mixed-with-network", null, "-i", "IMAGES/root.raw", "--extra-drive=nvme:IMAGES/data.raw", "--extra-drive=virtio-scsi:IMAGES/more data.raw", "--network-user-mode", "--firmware=bios", "--cpus=2", "--ram=512M")]
    [InlineData("kernel-and-two-initrds", null, "--linux=IMAGES/vmlinuz", "--initrd=IMAGES/one.cpio", "--initrd=IMAGES/two.cpio", "--firmware=none", "-M", "direct", "quiet", "systemd.unit=rescue.target")]
    [InlineData("credentials-and-strings", null, "-i", "IMAGES/root.raw", "--firmware=bios", "--set-credential=secret:top\\nsecret", "-s", "a,b=c", "--uuid=0b7a6f5e-1111-2222-3333-444455556666", "console.arg=1")]
    [InlineData("native-console", null, "-i", "IMAGES/root.raw", "--firmware=bios", "--console=native")]
    [InlineData("headless-without-spares", null, "-i", "IMAGES/root.raw", "--firmware=bios", "--console=headless", "--hotplug-ports=0", "--qemu-sandbox=no")]
    [InlineData("serial-console", null, "-i", "IMAGES/root.raw", "--firmware=bios", "--console=read-only", "--console-transport=serial", "--kvm=no")]
    [InlineData("extras-with-a-fixed-address", "-drive if=none,id=d,file=/srv/x.img -device nvme,drive=d,serial='a b/c',addr=1.0 -device nvme,drive=d,serial=e", "-i", "IMAGES/root.raw", "--firmware=bios")]
    [InlineData("grown-image", null, "-i", "IMAGES/root.raw", "-G", "3M", "--firmware=bios", "--hotplug-ports=1")]
    [InlineData("packed-layout", null, "-i", "IMAGES/root.raw", "--extra-drive=IMAGES/data.raw", "--extra-drive=IMAGES/cd.iso", "--pcie-layout=packed", "--firmware=bios", "--hotplug-ports=2")]
    public void A_command_line_becomes_the_command_of_its_golden_file(string name, string? extra, params string[] args)
    {
        using var world = new GoldenWorld();
        var (plan, problems) = world.Plan(args, extra);
        Assert.Empty(problems);
        Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{world.Print(plan!)}");
    }

    [Fact]
    public void The_same_command_line_becomes_the_same_command_twice()
    {
        using var world = new GoldenWorld();
        string[] args = ["-i", "IMAGES/root.raw", "--extra-drive=nvme:IMAGES/data.raw", "--network-user-mode", "--firmware=bios"];
        Assert.Equal(world.Print(world.Plan(args, null).Plan!), world.Print(world.Plan(args, null).Plan!));
    }

    private static void Compare(string name, string actual, [CallerFilePath] string source = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(source)!, "lines", $"{name}.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
