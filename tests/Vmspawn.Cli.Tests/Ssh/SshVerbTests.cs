using Vmspawn.Cli.Tests.Control;

namespace Vmspawn.Cli.Tests.Ssh;

public sealed class SshVerbTests : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable("SYSTEMD_SSH");

    [Fact]
    public async Task The_guests_exit_status_is_ours_and_its_command_is_passed_on()
    {
        await using var desk = DeskWith("""echo "$*" >"$record"; exit 7""");
        Assert.Equal((7, "", ""), await desk.Run("ssh", "-l", "ann", "--timeout=9", "-q", "vm", "ls", "-l"));
        var words = await File.ReadAllTextAsync(Path.Combine(desk.Place, "record"), TestContext.Current.CancellationToken);
        Assert.Contains("-i /run/key -l ann ", words, StringComparison.Ordinal);
        Assert.Contains($"'[ssh-proxy]' 127.0.0.1 2300 {desk.Place}/vm 9000 quiet", words, StringComparison.Ordinal);
        Assert.EndsWith(" -- vm ls -l\n", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""echo "root@vm: Permission denied (publickey)." >"$log"; exit 255""", 255, "vm: the guest's sshd refuses to log in root (")]
    [InlineData("""echo "proxy dialer did not pass back a connection" >"$log"; exit 255""", 255, null)]
    [InlineData("""echo "Connection reset" >"$log"; exit 255""", 255, "vm: ssh: Connection reset\n")]
    [InlineData("""echo "a forwarding failed" >"$log"; exit 0""", 0, "vm: ssh: a forwarding failed\n")]
    [InlineData("exit 255", 255, null)]
    [InlineData("exit 142", 142, null)]
    [InlineData("kill -KILL $$", 137, null)]
    [InlineData("""case "$*" in *BatchMode*) echo 'Please login as the user "debian" rather than the user "root".' ;; esac; exit 142""", 255, "vm: the guest's cloud-init lets no root log in (run: vmspawn ssh -l debian vm)\n")]
    public async Task Sshs_failures_are_sentences_and_its_status_stays(string script, int status, string? begins)
    {
        await using var desk = DeskWith(script);
        var (ended, output, error) = await desk.Run("ssh", "vm", "true");
        Assert.Equal((status, ""), (ended, output));
        Assert.StartsWith(begins is null ? "" : $"vmspawn: {begins}", error, StringComparison.Ordinal);
        Assert.Equal(begins is null, error.Length == 0);
    }

    [Fact]
    public async Task Without_a_machine_or_a_way_in_the_status_is_sshs()
    {
        await using var desk = DeskWith("exit 0");
        desk.Add("closed");
        Assert.Equal((255, "", "vmspawn: nobody: no VM of this name is running (running: closed, vm)\n"), await desk.Run("ssh", "nobody"));
        Assert.Equal(255, (await desk.Run("ssh", "closed")).Status);
    }

    [Fact]
    public async Task Status_shows_where_sshd_is_reached_and_whether_the_guest_is_ready()
    {
        await using var desk = DeskWith("exit 0");
        var (_, output, _) = await desk.Run("status", "vm");
        Assert.Contains("\n  guest      not reported ready\n", output, StringComparison.Ordinal);
        Assert.Contains("\n  log in     vmspawn ssh vm\n  sshd       127.0.0.1 port 2300, key /run/key\n", output, StringComparison.Ordinal);
    }

    public void Dispose() => Environment.SetEnvironmentVariable("SYSTEMD_SSH", _before);

    /// <summary>A machine with a way in, and a script in the place of ssh; it knows the files of ssh's messages and of its own.</summary>
    private static Desk DeskWith(string script)
    {
        var desk = new Desk();
        var ssh = desk.File("ssh", $$"""
            #!/bin/sh
            record={{desk.Place}}/record
            log=/dev/null
            for word; do [ "$before" != -E ] || log=$word; before=$word; done
            {{script}}

            """);
        File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("SYSTEMD_SSH", ssh);
        desk.Add("vm", ("org.vmspawn.Machine.Status", ScriptedMachine.Reply(Machines.Status("vm").Trim()[..^1]
            + ""","ready":false,"sshAddress":"127.0.0.1","sshPort":2300,"sshPrivateKeyPath":"/run/key"}""")));
        return desk;
    }
}
