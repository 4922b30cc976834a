using System.Text.RegularExpressions;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Debian's stable release, whose own sshd@.service knows of no credential.</summary>
public sealed class StableDebianTests : VmTest
{
    [Fact]
    public async Task Root_and_other_users_log_in_over_the_vsock_with_a_key_that_is_called_after_its_type()
    {
        using var manager = new NotifySocket(Scratch);
        using var run = VmspawnRun.StartWith(
            Surroundings(manager), Scratch, QemuKind.Distribution, [.. Options(), "--vsock=user", "--ssh-key-type=ecdsa", .. KernelArguments]);
        await manager.Heard.WaitFor("READY=1", DebianGuest.Bound);
        await LogsIn("root", "somebody");

        var key = Path.Combine(Scratch.RuntimeOf(Scratch.Mark), "ecdsa");
        Assert.Contains(key, (await Client("status", "--json", Scratch.Mark)).Output, StringComparison.Ordinal);
        Assert.True(File.Exists(key) && File.Exists($"{key}.pub"));
        await PowersOff(run);
        Assert.False(File.Exists(key));
    }

    [Fact]
    public async Task Root_and_other_users_log_in_through_the_network()
    {
        using var manager = new NotifySocket(Scratch);
        using var run = VmspawnRun.StartWith(
            Surroundings(manager), Scratch, QemuKind.Distribution, [.. Options(), "--vsock=no", "--network-user-mode", Ready(), .. KernelArguments, "systemd.wants=ready.service"]);
        await run.Error.WaitFor("logs in", DebianGuest.Bound);
        // Long before the guest's sshd is there.
        var first = await Client("ssh", "--timeout=8min", Scratch.Mark, "id -un");
        Assert.Equal((0, "root\n", $"vmspawn: {Scratch.Mark}: waiting for the guest's sshd (Ctrl-C gives up)\n"), (first.Status, first.Output, first.Error));
        await manager.Heard.WaitFor("READY=1", DebianGuest.Bound);
        await LogsIn("root", "somebody");

        var stranger = await Client("ssh", "-q", "-l", "stranger", Scratch.Mark, "true");
        Assert.Equal((255, ""), (stranger.Status, stranger.Output));
        Assert.StartsWith($"vmspawn: {Scratch.Mark}: the guest's sshd refuses to log in stranger (the user may not exist there", stranger.Error, StringComparison.Ordinal);
        var status = (await Client("status", Scratch.Mark)).Output;
        Assert.Matches($"\n  guest +ready\n  commands +vmspawn exec {Scratch.Mark}, by the channel shell\n  log in +vmspawn ssh {Scratch.Mark}\n  sshd +127\\.0\\.0\\.1 port [0-9]+, key /.*/ed25519\n", status);
        await CopiesWithScp(status);
        await PowersOff(run);
    }

    /// <summary>As a user does who reads port and key from the status.</summary>
    private async Task CopiesWithScp(string status)
    {
        var sshd = Regex.Match(status, "sshd +(?<address>\\S+) port (?<port>[0-9]+), key (?<key>\\S+)\n", RegexOptions.None, ShortBound).Groups;
        var file = Scratch.Text("file", "copied\n");
        using var scp = VmspawnRun.StartProgram(
            "/usr/bin/scp", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            [
                "-q", "-P", sshd["port"].Value, "-i", sshd["key"].Value, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                file, $"root@{sshd["address"].Value}:/run/copied",
            ]);
        await scp.EndWith(0, DebianGuest.Bound);
        Assert.Equal("copied\n", (await Client("ssh", Scratch.Mark, "cat /run/copied")).Output);
    }

    private async Task LogsIn(params string[] users)
    {
        foreach (var user in users)
        {
            var login = await Client("ssh", "-l", user, Scratch.Mark, "id -un; exit 7");
            Assert.True((login.Status, login.Output) == (7, $"{user}\n"), $"{user}: {login}");
        }
    }

    private static async Task PowersOff(VmspawnRun run)
    {
        run.Signal("TERM");
        var ended = await run.End(DebianGuest.Bound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("the guest's systemd powers off\n", ended.Error, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Surroundings(NotifySocket manager) => new()
    {
        ["PATH"] = $"{Prepared.VsockFolder}:{TestEnvironment.For(Scratch, QemuKind.Distribution)["PATH"]}",
        ["NOTIFY_SOCKET"] = manager.Path,
        ["SYSTEMD_LOG_LEVEL"] = "debug",
    };

    private string[] Options() =>
    [
        .. DebianGuest.Options(Scratch), "--firmware=none", $"--linux={DebianGuest.Kernel}", $"--initrd={DebianGuest.Initrd}", "-x", $"--image={Prepared.StableRoot}",
    ];

    private static string[] KernelArguments => ["root=LABEL=stable", "rw", "rootwait", "quiet", "audit=0", "no_timer_check"];

    private string Ready() => "--load-credential=systemd.extra-unit.ready.service:" + Scratch.Text("ready.service", """
        [Service]
        ExecStart=/bin/sh -c 'echo READY=1 >/dev/virtio-ports/org.vmspawn.notify'
        [Unit]
        After=multi-user.target
        """);

    private async Task<Ended> Client(params string[] words)
    {
        using var client = VmspawnRun.Start(Scratch, QemuKind.Distribution, words);
        return await client.End(DebianGuest.Bound);
    }
}
