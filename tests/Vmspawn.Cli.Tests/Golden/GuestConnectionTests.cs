using Vmspawn.Plan;

namespace Vmspawn.Cli.Tests.Golden;

/// <summary>The vsock, SSH, the journal and the notifications of a plan.</summary>
public class GuestConnectionTests
{
    [Theory]
    [InlineData("vsock-of-the-kernel", true, "-M", "vm")]
    [InlineData("vsock-in-user-space", false, "-M", "vm", "--ssh-key-type=ecdsa", "--set-credential=ssh.ephemeral-authorized_keys-all:mine")]
    [InlineData("ssh-through-the-network", false, "-M", "vm", "--vsock=no", "--network-user-mode")]
    public void A_vsock_takes_the_third_port_and_the_guest_gets_the_notify_address_and_the_SSH_key(string name, bool hasKernels, params string[] args)
    {
        using var inventory = new GoldenInventory { HasVhostVsock = hasKernels, Programs = ["vhost-device-vsock", "ssh-keygen"] };
        args = ["-i", "IMAGES/root.raw", "--firmware=bios", .. args];
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        // The host's free port is another one each time.
        var text = inventory.Print(plan!).Replace($"{plan!.Ssh!.Port}-:2222", "PORT-:2222", StringComparison.Ordinal);
        GoldenTests.Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{text}");
        Assert.Equal(args.Contains("--ssh-key-type=ecdsa") ? ["ecdsa", "ecdsa.pub"] : ["ed25519", "ed25519.pub"], plan.Files.Select(file => file.Name));
    }

    [Theory]
    [InlineData(true, "--network-user-mode", "--cloud-init")]
    [InlineData(false, "--network-user-mode")]
    [InlineData(false, "--cloud-init")]
    public void With_cloud_init_ssh_goes_through_the_network_where_there_is_one(bool byNetwork, params string[] args)
    {
        using var inventory = new GoldenInventory { HasVhostVsock = true, Programs = ["ssh-keygen"] };
        var (plan, problems) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", .. args], null);
        Assert.Empty(problems);
        Assert.Equal(byNetwork ? SshWay.Loopback : SshWay.Vsock, plan!.Ssh!.Way);
        Assert.Equal(byNetwork, inventory.Print(plan).Contains($"{plan.Ssh.Port}-:22", StringComparison.Ordinal));
    }

    [Fact]
    public void A_context_id_is_the_names_own_and_another_when_that_is_taken()
    {
        using var free = new GoldenInventory { HasVhostVsock = true };
        string[] args = ["-i", "IMAGES/root.raw", "--firmware=bios", "-M", "vm"];
        var own = free.Plan(args, null).Plan!.Vsock!.Cid;
        using var taken = new GoldenInventory { HasVhostVsock = true, TakenCids = [own] };
        Assert.NotEqual(own, taken.Plan(args, null).Plan!.Vsock!.Cid);
        var (_, problems) = taken.Plan([.. args, $"--vsock-cid={own}"], null);
        Assert.Equal(("vsock-cid-taken", $"--vsock-cid={own}"), (Assert.Single(problems).Code, problems[0].Subject));
        Assert.Equal(7u, taken.Plan([.. args, "--vsock-cid=7"], null).Plan!.Vsock!.Cid);
    }

    [Theory]
    [InlineData("--vsock=yes", "/dev/vhost-vsock cannot be opened, and vhost-device-vsock is not installed")]
    [InlineData("--vsock=user", "vhost-device-vsock is not installed")]
    public void A_vsock_that_is_required_but_not_available_is_refused_with_all_reasons(string option, string why)
    {
        using var inventory = new GoldenInventory();
        var (_, problems) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", option], null);
        Assert.Equal((option, why), (Assert.Single(problems).Subject, problems[0].Text));
        Assert.Null(inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios"], null).Plan!.Vsock);
    }

    [Theory]
    [InlineData("journal-over-a-vsock-in-user-space", false, "--forward-journal-max-use=1T", "--forward-journal-keep-free=1G", "--forward-journal-max-files=5", "--forward-journal-max-files=")]
    [InlineData("journal-over-the-kernels-vsock", true, "--forward-journal-max-file-size=4G", "--forward-journal-max-files=1")]
    public void The_journal_is_received_by_a_helper_whose_address_the_guest_gets(string name, bool hasKernels, params string[] args)
    {
        using var inventory = new GoldenInventory { HasVhostVsock = hasKernels, Programs = ["vhost-device-vsock", "systemd-journal-remote"] };
        args = ["-i", "IMAGES/root.raw", "--firmware=bios", "-M", "vm", "--hotplug-ports=0", "--forward-journal=IMAGES/vm.journal", .. args];
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        GoldenTests.Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(plan!)}");
    }

    [Fact]
    public void A_journal_that_cannot_be_forwarded_or_stored_is_refused_with_all_reasons()
    {
        using var inventory = new GoldenInventory();
        var (_, problems) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--forward-journal=/nowhere/vm.journal", "--set-credential=journal.forward_to_socket:x"], null);
        Assert.Equal(["journal-remote-missing", "journal-without-vsock", "journal-place", "journal-twice"], problems.Select(problem => problem.Code));
        (_, problems) = inventory.Plan(["-i", "IMAGES/root.raw", "--forward-journal-max-files=2"], null);
        Assert.Equal("journal-limits-without-journal", Assert.Single(problems).Code);
    }

    [Fact]
    public void A_notify_address_that_the_user_gives_the_guest_replaces_the_one_of_vmspawn()
    {
        using var inventory = new GoldenInventory { HasVhostVsock = true };
        var plan = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--set-credential=vmm.notify_socket:vsock-stream:2:1"], null).Plan!;
        Assert.Null(plan.Vsock!.NotifyPort);
    }
}
