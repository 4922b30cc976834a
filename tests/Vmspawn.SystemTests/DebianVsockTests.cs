using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>A real systemd with sshd, and what goes between it and the host.</summary>
public sealed class DebianVsockTests : VmTest
{
    [Fact]
    public async Task A_guest_reports_takes_commands_and_ends_with_its_own_status_over_a_vsock_in_user_space()
    {
        using var manager = new NotifySocket(Scratch);
        var journal = Scratch.Own("guest.journal");
        using var run = Start(manager, ["--vsock=user", $"--forward-journal={journal}", "--forward-journal-max-files=1", "--forward-journal-max-use=1G"], []);
        await manager.Heard.WaitFor("READY=1", DebianGuest.Bound);
        var status = await Client("status", Scratch.Mark);
        Assert.Matches("\n  guest +ready: \"Ready\\.\"\n", status.Output);
        Assert.Matches("\n  vsock CID +[0-9]+\n", status.Output);

        var command = await Client("ssh", "-q", Scratch.Mark, "echo in the $(. /etc/os-release; echo $ID) guest; logger said over ssh; exit 7");
        Assert.Equal((7, "in the debian guest\n", ""), (command.Status, command.Output, command.Error));

        var exit = await Client("ssh", Scratch.Mark, "--", "systemctl", "exit", "123");
        Assert.True(exit.Status is 0 or 255, exit.ToString());
        var ended = await run.End(DebianGuest.Bound);
        Assert.Equal(123, ended.Status);
        Assert.DoesNotContain("stayed when QEMU had ended", ended.Error, StringComparison.Ordinal);
        Assert.Matches(@"vmspawn: \[\d+\.\d{3} s\] \S+: started QEMU: /\S+, process \d+\n", ended.Error);
        await ForwardedAll(journal);
        await manager.Heard.WaitFor("STOPPING=1", ShortBound);
    }

    [Fact]
    public async Task Without_a_vsock_ssh_goes_through_the_network_and_a_service_of_two_lines_reports()
    {
        using var manager = new NotifySocket(Scratch);
        var service = Scratch.Text("ready.service", """
            [Service]
            ExecStart=/bin/sh -c 'echo READY=1 >/dev/virtio-ports/org.vmspawn.notify'
            ExecStop=/bin/sh -c 'echo "vmtest: stopped in order" >/dev/hvc0; echo EXIT_STATUS=9 >/dev/virtio-ports/org.vmspawn.notify'
            RemainAfterExit=yes
            [Unit]
            After=multi-user.target
            """);
        using var run = Start(
            manager,
            ["--vsock=no", "--network-user-mode", $"--load-credential=systemd.extra-unit.ready.service:{service}"],
            ["systemd.wants=ready.service"]);
        await manager.Heard.WaitFor("READY=1", DebianGuest.Bound);
        var command = await Client("ssh", "-l", "root", Scratch.Mark, "cat /sys/class/net/e*/address >/dev/null && exit 5");
        Assert.True(command.Status == 5, command.ToString());
        Assert.False(Directory.Exists(Path.Combine(Scratch.Root, ".ssh")), "known hosts were written");

        run.Signal("TERM");
        var ended = await run.End(DebianGuest.Bound);
        Assert.True(ended.Status == 9, ended.ToString());
        Assert.True(ended.Error.Contains("the guest's systemd powers off\n", StringComparison.Ordinal), ended.ToString());
        Assert.Contains("vmtest: stopped in order", ended.Output, StringComparison.Ordinal);
    }

    [Theory, InlineData("--vsock=user"), InlineData("--vsock=no", "--network-user-mode")]
    public async Task A_user_of_the_host_logs_in_and_others_are_refused(params string[] way)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give this host a user for a while");
        using var manager = new NotifySocket(Scratch);
        var home = Directory.CreateDirectory(Scratch.Own("home")).FullName;
        FileOwner.Give(home, "4242:4343");
        var users = Scratch.Text("passwd", $"{await File.ReadAllTextAsync("/etc/passwd", TestContext.Current.CancellationToken)}vmguest:x:4242:4343::{home}:/bin/dash\n");
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare", Surroundings(manager), Scratch, QemuKind.Distribution,
            [
                "--mount", "--", "/bin/sh", "-c", "mount --bind \"$0\" /etc/passwd && exec \"$@\"", users, Prepared.Binary,
                .. Options([.. way, "--bind-user=vmguest", "--bind-user-shell=yes"]),
            ]);
        await run.Error.WaitFor("logs in", DebianGuest.Bound);
        var command = await Client("ssh", "--timeout=8min", "-l", "vmguest", Scratch.Mark, "echo $(id -un) at $PWD; exit 7");
        Assert.True((command.Status, command.Output) == (7, "vmguest at /run/vmhost/home/vmguest\n"), command.ToString());
        var refused = await Client("ssh", "-q", "-l", "nobody-here", Scratch.Mark, "true");
        Assert.Equal(255, refused.Status);
        Assert.StartsWith($"vmspawn: {Scratch.Mark}: the guest's sshd refuses to log in nobody-here (", refused.Error, StringComparison.Ordinal);
        run.Signal("TERM");
        await run.EndWith(0, DebianGuest.Bound);
    }

    /// <summary>The initrd's journal, the root's, and the last words.</summary>
    private async Task ForwardedAll(string journal)
    {
        using var journalctl = SidProgram.Start(Scratch, null, "usr/bin/journalctl", $"--file={journal}", "--output=cat", "--no-pager");
        var text = (await journalctl.End(ShortBound)).Output;
        Assert.Contains("Starting initrd-switch-root.service", text, StringComparison.Ordinal);
        Assert.Contains("said over ssh", text, StringComparison.Ordinal);
        Assert.Contains("Stopping ssh.service", text, StringComparison.Ordinal);
    }

    private VmspawnRun Start(NotifySocket manager, string[] options, string[] arguments) => VmspawnRun.StartWith(
        Surroundings(manager), Scratch, QemuKind.Distribution, [.. Options(options), .. arguments]);

    private Dictionary<string, string?> Surroundings(NotifySocket manager) => new()
    {
        ["PATH"] = $"{Prepared.VsockFolder}:{TestEnvironment.For(Scratch, QemuKind.Distribution)["PATH"]}",
        ["VMSPAWN_VIRTIOFSD"] = Prepared.RustVirtiofsd,
        ["NOTIFY_SOCKET"] = manager.Path,
        ["SYSTEMD_LOG_LEVEL"] = "debug",
    };

    private string[] Options(string[] options) =>
    [
        .. DebianGuest.Options(Scratch), "--firmware=none", $"--linux={DebianGuest.Kernel}", $"--initrd={DebianGuest.Initrd}",
        "--image-format=qcow2", $"--image={DebianGuest.Overlay(Scratch)}", .. options, .. DebianGuest.KernelArguments, "no_timer_check",
    ];

    private async Task<Ended> Client(params string[] words)
    {
        using var client = VmspawnRun.Start(Scratch, QemuKind.Distribution, words);
        return await client.End(DebianGuest.Bound);
    }
}
