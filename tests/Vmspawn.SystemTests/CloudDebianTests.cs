using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Debian 12 with its own cloud-init: its systemd knows nothing of ssh and of the unit of our shell, so the key comes by the seed and commands by the agent or by ssh.</summary>
public sealed class CloudDebianTests : VmTest
{
    [Fact]
    public async Task Root_and_the_user_of_cloud_init_log_in_at_each_run_with_the_key_of_that_run()
    {
        var image = Scratch.Own("cloud.qcow2");
        using (var create = System.Diagnostics.Process.Start("qemu-img", ["create", "-q", "-f", "qcow2", "-b", Path.GetFullPath(Prepared.Cloud("root.raw")), "-F", "raw", image]))
            await create.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Runs(image, async () =>
        {
            var first = await Client("ssh", "--timeout=8min", Scratch.Mark, "id -un; systemctl --version | head -n 1; cloud-init query local_hostname; exit 7");
            Assert.True(first.Status == 7, first.ToString());
            Assert.Matches($"^root\nsystemd 252 .*\n{Scratch.Mark}\n$", first.Output);
            Assert.Equal((7, "debian\n"), await LogIn("debian", "id -un; exit 7"));

            await RunsCommands("agent");
            // The shell has a unit of its own, which outlives the agent.
            Assert.Equal(new Ended(0, "", ""), await Client("exec", Scratch.Mark, "-q", "systemctl", "stop", "qemu-guest-agent"));
            await RunsCommands("agent");

            // As in an image whose sshd reads no more settings: cloud-init's text takes the place of root's commands.
            Assert.Equal((0, ""), await LogIn("debian", "sudo rm /etc/ssh/sshd_config.d/00-vmspawn.conf && sudo systemctl reload ssh"));
            var refused = await Client("ssh", "-q", Scratch.Mark, "true");
            Assert.Equal(255, refused.Status);
            Assert.Equal($"vmspawn: {Scratch.Mark}: the guest's cloud-init lets no root log in (run: vmspawn ssh -l debian {Scratch.Mark})\n", refused.Error);
        });
        // The same instance to cloud-init, which installs no key for it again.
        await Runs(image, async () =>
        {
            Assert.Equal((7, "root\n"), await LogIn("root", "id -un; exit 7"));
            Assert.Equal((7, "debian\n"), await LogIn("debian", "id -un; exit 7"));
            await RunsCommands("ssh");
            // The first command has made the connection, and the second has used it.
            Assert.Equal(await Connection(), await Connection());
        }, "--guest-channel=ssh");
    }

    private async Task RunsCommands(string channel)
    {
        Assert.Equal(new Ended(3, "nobody /proc X\n", "oh\n"), await Client("exec", Scratch.Mark, "-q", "-l", "nobody", "-w", "/proc", "-e", "V=X", "--", "sh", "-c", "echo $(id -un) $PWD $V; echo oh >&2; exit 3"));
        var file = Scratch.Text("file", $"{channel}\n");
        Assert.Equal(new Ended(0, "", ""), await Client("cp", file, $"{Scratch.Mark}:/run/file"));
        Assert.Equal(new Ended(0, $"{channel}\n", ""), await Client("exec", Scratch.Mark, "-q", "cat", "/run/file"));
        Assert.Contains($", by the channel {channel}\n", (await Client("status", Scratch.Mark)).Output, StringComparison.Ordinal);
    }

    private async Task<string> Connection() => (await Client("exec", Scratch.Mark, "-q", "printenv", "SSH_CONNECTION")).Output;

    private async Task<(int Status, string Output)> LogIn(string user, string command)
    {
        var login = await Client("ssh", "-q", "--timeout=8min", "-l", user, Scratch.Mark, command);
        return (login.Status, login.Output);
    }

    private async Task Runs(string image, Func<Task> use, params string[] more)
    {
        using var run = VmspawnRun.Start(
            Scratch, QemuKind.Distribution,
            [
                // Debian's cloud kernel has no virtio console built in, and its initrd starts nothing without a console.
                .. DebianGuest.Options(Scratch), "--firmware=none", "--console-transport=serial", "--vsock=no", "--network-user-mode", "--cloud-init",
                $"--linux={Prepared.Cloud("vmlinuz")}", $"--initrd={Prepared.Cloud("initrd")}", "--image-format=qcow2", $"--image={image}",
                .. more, "root=LABEL=cloud", "rw", "rootwait", "quiet", "audit=0", "no_timer_check",
            ]);
        await run.Error.WaitFor("logs in", DebianGuest.Bound);
        await use();
        run.Signal("TERM");
        var ended = await run.End(DebianGuest.Bound);
        Assert.True(ended.Status == 0, ended.ToString());
    }

    private async Task<Ended> Client(params string[] words)
    {
        using var client = VmspawnRun.Start(Scratch, QemuKind.Distribution, words);
        return await client.End(DebianGuest.Bound);
    }
}
