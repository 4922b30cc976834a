using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Vmspawn.Guests;
using Vmspawn.Linux;
using Vmspawn.Ssh;

namespace Vmspawn.Tests.Guests;

/// <summary>An sshd of this host at a port of its own, which logs in the user of the test.</summary>
public sealed class SshShellTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly TaskCompletionSource<string> _refused = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly int _port = FreePort();
    private ChildProcess? _sshd;
    private SshShell? _ssh;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_of_one_connection_have_streams_status_variables_signals_and_a_terminal()
    {
        await StartAsync(isAuthorized: true);
        await _ssh!.WaitAsync(_ended.Token);
        Assert.True(_ssh.IsReady);
        var command = GuestCommand.Shell("cat; printf '%s %s\\n' \"$GREETING\" \"$(pwd)\"; echo oh >&2; exit 7") with
        {
            Environment = new Dictionary<string, string> { ["GREETING"] = "it's\na \"$word\"" },
            WorkingDirectory = "/usr",
        };
        var (status, output, error) = await Commands.RunAsync(_ssh, command, [0, 255, 10, 13]);
        Assert.Equal((7, "oh\n"), (status, Encoding.UTF8.GetString(error)));
        Assert.Equal((byte[])[0, 255, 10, 13, .. "it's\na \"$word\" /usr\n"u8], output);

        var data = new byte[3_000_001];
        new Random(1).NextBytes(data);
        Assert.Equal(SHA256.HashData(data), SHA256.HashData((await Commands.RunAsync(_ssh, new GuestCommand("cat") { IsBulk = true }, data)).Output));

        await using (var sleep = await _ssh.StartAsync(GuestCommand.Shell("echo begun; exec sleep 1000"), false, Cancel))
        {
            Assert.Equal("begun\n", await Commands.ReadAsync(sleep.Output, 6));
            sleep.Send(Signal.SIGINT);
            Assert.Equal(128 + (int)Signal.SIGINT, await sleep.Exited.WaitAsync(Cancel));
        }

        var terminal = GuestCommand.Shell("tty >/dev/null && echo $TERM $(stty size)") with { Terminal = new GuestTerminal(new WindowSize(10, 20), "vt220") };
        Assert.Equal("vt220 10 20\r\n", Encoding.ASCII.GetString((await Commands.RunAsync(_ssh, terminal, null)).Output));

        // The client's port in it is that of the connection.
        var connections = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Commands.TextAsync(_ssh, "echo $SSH_CONNECTION")));
        Assert.Single(connections.Distinct());
        Assert.EndsWith($" 127.0.0.1 {_port}", connections[0], StringComparison.Ordinal);

        await _ssh.DisposeAsync();
        Assert.Empty(OurClients());
        _ssh = null;
    }

    [Fact]
    public async Task After_a_reset_of_the_guest_its_commands_fail_and_the_next_wait_connects_again()
    {
        await StartAsync(isAuthorized: true);
        await _ssh!.WaitAsync(_ended.Token);
        await using var sleep = await _ssh.StartAsync(new GuestCommand("sleep", "1000"), false, Cancel);
        _ssh.GuestReset();
        await Assert.ThrowsAsync<GuestChannelException>(() => sleep.Exited.WaitAsync(Cancel));
        Assert.False(_ssh.IsReady);
        await _ssh.WaitAsync(_ended.Token);
        Assert.Equal("again", await Commands.TextAsync(_ssh, "echo again"));
        Assert.Single(OurClients());
    }

    [Fact]
    public async Task A_connection_that_sshd_ends_fails_its_commands()
    {
        await StartAsync(isAuthorized: true);
        await _ssh!.WaitAsync(_ended.Token);
        // The parent of the shell is sshd's process of the connection.
        var server = await Commands.TextAsync(_ssh, "cut -d' ' -f4 /proc/$PPID/stat");
        var sshd = (await File.ReadAllTextAsync($"/proc/{server}/stat", Cancel)).Split(") ")[1].Split(' ')[1];
        await using var kill = await _ssh.StartAsync(GuestCommand.Shell($"kill {sshd}; sleep 1000"), false, Cancel);
        await Assert.ThrowsAsync<GuestChannelException>(() => kill.Exited.WaitAsync(Cancel));
        Assert.False(_ssh.IsReady);
    }

    [Fact]
    public async Task A_key_that_the_guest_does_not_know_yet_is_told_and_tried_again()
    {
        await StartAsync(isAuthorized: false);
        var wait = _ssh!.WaitAsync(_ended.Token);
        var why = await _refused.Task.WaitAsync(Cancel);
        Assert.StartsWith("the guest lets no root log in: ssh exited with status 255: ", why, StringComparison.Ordinal);
        Assert.Contains("Permission denied", why, StringComparison.Ordinal);
        Assert.False(wait.IsCompleted);
        Authorize();
        await wait;
        Assert.Equal("in", await Commands.TextAsync(_ssh, "echo in"));
    }

    [Fact]
    public async Task A_wait_for_a_guest_without_sshd_ends_when_it_is_cancelled_and_leaves_nothing()
    {
        _ssh = new SshShell(Login(), TimeSpan.Zero, why => _refused.TrySetResult(why), Failed);
        var wait = _ssh.WaitAsync(_ended.Token);
        await _ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.False(_ssh.IsReady);
        Assert.Empty(OurClients());
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        if (_ssh is not null)
            await _ssh.DisposeAsync();
        _sshd?.Dispose();
        _ended.Dispose();
        _directory.Dispose();
        Assert.Empty(_failures);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Processes of ssh with the key of this test.</summary>
    private List<string> OurClients() => [.. Directory.EnumerateDirectories("/proc").Where(process => int.TryParse(Path.GetFileName(process), out _)).Select(CommandLine)
        .Where(line => line.Contains(_directory["key"], StringComparison.Ordinal) && line.Contains("IdentitiesOnly", StringComparison.Ordinal))];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            // It has ended.
            return "";
        }
    }

    private async Task StartAsync(bool isAuthorized)
    {
        await RunAsync("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _directory["key"]);
        await RunAsync("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _directory["host"]);
        if (isAuthorized)
            Authorize();
        // It changes its root to this directory, which its unit makes elsewhere.
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory("/run/sshd");
        await File.WriteAllTextAsync(_directory["config"], $"""
            Port {_port}
            ListenAddress 127.0.0.1
            HostKey {_directory["host"]}
            AuthorizedKeysFile {_directory["authorized"]}
            PermitRootLogin yes
            StrictModes no
            UsePAM no
            PidFile none

            """, Cancel);
        _sshd = ChildProcess.Start(new ChildSpec("/usr/sbin/sshd", ["-D", "-f", _directory["config"], "-E", _directory["log"]]) { TakesGroupAlong = true });
        _ssh = new SshShell(Login(), TimeSpan.Zero, why => _refused.TrySetResult(why), Failed);
    }

    /// <summary>Logs in as the user of the test, since the first name counts for ssh.</summary>
    private SshLogin Login()
    {
        var program = _directory["ssh"];
        File.WriteAllText(program, "#!/bin/sh\nexec ssh -l \"$(id -un)\" \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return SshLogin.Of(new SshAccess("vm", "127.0.0.1", _port, _directory["key"]), name => name == SshAccess.ProgramVariable ? program : null, proxy: null)!;
    }

    private void Authorize() => File.Copy(_directory["key.pub"], _directory["authorized"]);

    private static async Task RunAsync(string program, params string[] arguments) =>
        Assert.True((await ChildProcess.Start(new ChildSpec(program, arguments)).Exited.WaitAsync(Cancel)).IsSuccess);

    private void Failed(string what, Exception why) => _failures.Enqueue($"{what}: {why}");
}
