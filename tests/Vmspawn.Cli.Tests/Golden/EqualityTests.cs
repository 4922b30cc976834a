namespace Vmspawn.Cli.Tests.Golden;

public class EqualityTests
{
    private static readonly string[] Many =
    [
        "-i", "IMAGES/root.qcow2", "--image-format=qcow2", "--extra-drive=nvme:IMAGES/data.raw", "--bind=IMAGES/tree:/mnt", "--bind-user=ann",
        "--network-user-mode", "--vsock=yes", "--tpm=yes", "--set-credential=a:b",
        "--linux=IMAGES/vmlinuz", "--initrd=IMAGES/one.cpio", "--initrd=IMAGES/two.cpio", "-M", "vm",
    ];

    [Theory]
    [InlineData("-i IMAGES/root.raw", null)]
    [InlineData("-D IMAGES/tree -x", null)]
    [InlineData("-i IMAGES/root.raw", "-device nvme,serial=a,id=b -device virtio-net-pci")]
    [InlineData(null, "-smp 2")]
    public void The_same_command_line_is_an_equal_spec_and_an_equal_plan(string? words, string? extra)
    {
        using var host = new GoldenInventory { Programs = ["swtpm", "swtpm_setup", "swtpm_localca", "ssh-keygen", "vhost-device-vsock"] };
        var args = words?.Split(' ') ?? Many;
        var (one, problems) = host.Spec(args, extra);
        Assert.True(one is not null, string.Join("; ", problems.Select(problem => problem.Text)));
        Assert.True(one == host.Spec(args, extra).Spec, "the specs differ");
        var plan = host.Plan(args, extra).Plan;
        Assert.NotNull(plan);
        Assert.True(plan == host.Plan(args, extra).Plan, "the plans differ");
        string[] other = [.. args, "--set-credential=z:1"];
        Assert.False(one == host.Spec(other, extra).Spec, "a credential makes no difference to the spec");
        Assert.False(plan == host.Plan(other, extra).Plan, "a credential makes no difference to the plan");
    }
}
