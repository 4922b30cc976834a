using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Guests.Agent;
using Vmspawn.Guests.Shell;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Guests;

/// <summary>A qemu-ga of this host; a connection of bash by TCP is the shell's virtio port.</summary>
public sealed class AgentPortTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly TaskCompletionSource<string> _refused = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private ChildProcess? _agent;
    private AgentPort? _port;
    private ShellPort? _shell;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_agent_starts_the_shell_and_starts_it_again_when_it_has_ended()
    {
        await StartAsync();
        _port!.Changed(isOpen: true);
        await AcceptAsync();
        Assert.Equal("agent", _shell!.Name);
        var (status, output, error) = await Commands.RunAsync(_shell, GuestCommand.Shell("cat; echo oh >&2; exit 7"), [0, 255, 10]);
        Assert.Equal((7, "oh\n"), (status, Encoding.UTF8.GetString(error)));
        Assert.Equal<byte[]>([0, 255, 10], output);
        await using (var sleep = await _shell.StartAsync(GuestCommand.Shell("echo begun; exec sleep 1000"), false, Cancel))
        {
            Assert.Equal("begun\n", await Commands.ReadAsync(sleep.Output, 6));
            sleep.Send(Signal.SIGINT);
            Assert.Equal(128 + (int)Signal.SIGINT, await sleep.Exited.WaitAsync(Cancel));
        }

        await _shell.DisposeAsync();
        _shell = null;
        _port.ShellEnded();
        await AcceptAsync();
        Assert.Equal("again", await Commands.TextAsync(_shell!, "echo again"));
    }

    [Fact]
    public async Task A_shell_that_is_there_is_left_alone()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        using (theirs)
        {
            await StartAsync();
            _shell = new ShellPort(ours, Failed);
            _shell.Changed(isOpen: true);
            _port!.Changed(isOpen: true);
            Assert.False(_port.HasStartedShell);
            _shell.Changed(isOpen: false);
            _port.ShellEnded();
            using var socket = await _listener.AcceptSocketAsync(Cancel);
            Assert.True(_port.HasStartedShell);
        }
    }

    [Fact]
    public async Task An_agent_that_must_not_run_commands_says_so()
    {
        await StartAsync("-b", "guest-exec");
        _port!.Changed(isOpen: true);
        var why = await _refused.Task.WaitAsync(Cancel);
        Assert.StartsWith("the guest's qemu-guest-agent starts no shell: guest-exec: ", why, StringComparison.Ordinal);
        Assert.Contains("disabled", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_a_refusal_and_an_old_one_is_not_believed()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        await using var agent = UnixConnection.Adopt(theirs);
        await using var port = new AgentPort(ours, "exit 1", () => false, why => _refused.TrySetResult(why), Failed);
        port.Changed(isOpen: true);
        var buffer = new byte[1000];
        using var none = new DescriptorQueue(0);
        var request = "";
        while (!request.EndsWith('\n'))
            request += Encoding.Latin1.GetString(buffer, 0, await agent.ReceiveAsync(buffer, none, Cancel));
        var id = request.Split("\"id\":")[1].Split('}')[0];
        await agent.SendAsync(Encoding.Latin1.GetBytes($"{{\"return\":1}}\n\u00ff{{\"return\":1}}\n{{\"return\": \u00ff{{\"return\":{id}}}\n"), null, Cancel);
        await agent.ReceiveAsync(buffer, none, Cancel);
        await agent.SendAsync("no JSON\n"u8.ToArray(), null, Cancel);
        Assert.EndsWith("guest-exec: its answer is no JSON", await _refused.Task.WaitAsync(Cancel), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_port is not null)
            await _port.DisposeAsync();
        if (_shell is not null)
            await _shell.DisposeAsync();
        _agent?.Dispose();
        _listener.Dispose();
        _directory.Dispose();
        Assert.Empty(_failures);
    }

    /// <summary>Starts the agent, and leaves half a request of somebody else in it.</summary>
    private async Task StartAsync(params string[] options)
    {
        _listener.Start();
        var socket = _directory["agent"];
        _agent = ChildProcess.Start(new ChildSpec("/usr/sbin/qemu-ga", ["-m", "unix-listen", "-p", socket, "-t", _directory.Path, "-l", _directory["log"], .. options]) { TakesGroupAlong = true });
        while (!File.Exists(socket))
            await Task.Delay(10, Cancel);
        var connection = await UnixConnection.ConnectAsync(socket, Cancel);
        await connection.SendAsync("{\"execute\": "u8.ToArray(), null, Cancel);
        var service = ShellServer.Service($"/dev/tcp/127.0.0.1/{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _port = new AgentPort(connection, $"exec bash -c {ShellText.Quote(service)}", () => _shell is { IsOpen: true }, why => _refused.TrySetResult(why), Failed);
    }

    /// <summary>The shell opens its port.</summary>
    private async Task AcceptAsync()
    {
        using var socket = await _listener.AcceptSocketAsync(Cancel);
        socket.Blocking = false;
        _shell = new ShellPort(UnixConnection.Adopt(OpenFile.Duplicate(new SafeFileHandle(socket.Handle, ownsHandle: false))), Failed);
        _shell.Changed(isOpen: true, _port!.HasStartedShell ? "agent" : "shell");
        await _shell.WaitAsync(Cancel);
    }

    private void Failed(string what, Exception why) => _failures.Enqueue($"{what}: {why}");
}
