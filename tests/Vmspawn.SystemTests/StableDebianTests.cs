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
        await manager.Heard.WaitFor("READY=1", DebianGuest.Bound);
        await LogsIn("root", "somebody");
        await PowersOff(run);
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
