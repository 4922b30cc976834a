using System.Diagnostics;
using System.Text;
using Vmspawn.Control;
using Vmspawn.Control.Service;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Varlink;

namespace Vmspawn.Tests.Running;

/// <summary>A console on a real pseudo-terminal, served on a control socket as a machine's owner does.</summary>
public sealed class RunningConsoleTests : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly string _root = Directory.CreateTempSubdirectory("vmspawn-console-").FullName;
    private readonly PseudoTerminal _terminal = PseudoTerminal.Create();
    private readonly FinalReplies _finalReplies = new();
    private readonly List<IAsyncDisposable> _served = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RunningMachineOptions Where => new()
    {
        Scope = RuntimeScope.User,
        Environment = new VmEnvironment { Variable = name => name is "XDG_RUNTIME_DIR" or "TMPDIR" ? _root : null },
    };

    [Fact]
    public async Task Several_see_the_history_and_the_rest_and_can_type_and_one_that_leaves_affects_nobody()
    {
        Serve(_terminal, ConsoleMode.Interactive);
        DescriptorIo.Write(_terminal.Slave, "past\n"u8);
        await using var machine = await RunningMachine.OpenAsync("web", Where, Cancel);
        await using var first = await machine.OpenConsoleAsync(cancellationToken: Cancel);
        Assert.Equal("past\n", await Read(first, 5));
        await using (var second = await machine.OpenConsoleAsync(cancellationToken: Cancel))
        {
            Assert.Equal("past\n", await Read(second, 5));
            DescriptorIo.Write(_terminal.Slave, "now\n"u8);
            Assert.Equal(("now\n", "now\n"), (await Read(first, 4), await Read(second, 4)));
            await second.WriteAsync("second\r"u8.ToArray(), Cancel);
            Assert.Equal("second\r", await Typed(7));
        }

        await using var fresh = await machine.OpenConsoleAsync(withHistory: false, Cancel);
        await first.WriteAsync("first\r"u8.ToArray(), Cancel);
        Assert.Equal("first\r", await Typed(6));
        DescriptorIo.Write(_terminal.Slave, "last\n"u8);
        _terminal.Slave.Dispose();
        await _finalReplies.WaitAsync();
        Assert.Equal(("last\n", "last\n"), (await Read(first, 100), await Read(fresh, 100)));
    }

    [Fact]
    public async Task One_that_does_not_read_does_not_hold_the_guest_and_loses_the_oldest_bytes()
    {
        Serve(_terminal, ConsoleMode.ReadOnly);
        await using var machine = await RunningMachine.OpenAsync("web", Where, Cancel);
        await using var stopped = await machine.OpenConsoleAsync(cancellationToken: Cancel);
        var lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i:000000}\n")));
        // More than the sockets' buffers and the history take.
        var writing = Task.Run(
            () =>
            {
                for (var round = 0; round < 300; round++)
                {
                    for (var at = 0; at < lines.Length;)
                        at += DescriptorIo.Write(_terminal.Slave, lines.AsSpan(at));
                }

                DescriptorIo.Write(_terminal.Slave, "end"u8);
                _terminal.Slave.Dispose();
            },
            Cancel);
        await writing.WaitAsync(Bound, Cancel);
        var read = await Read(stopped, int.MaxValue / 2);
        Assert.EndsWith("line 000999\nend", read, StringComparison.Ordinal);
        Assert.True(read.Length < 300 * lines.Length);
    }

    [Fact]
    public async Task One_that_is_stopped_delays_its_owners_end_for_a_moment_only()
    {
        var console = Serve(_terminal, ConsoleMode.ReadOnly);
        await using var machine = await RunningMachine.OpenAsync("web", Where, Cancel);
        await using var stopped = await machine.OpenConsoleAsync(cancellationToken: Cancel);
        // More than the sockets' buffers take.
        for (var (left, block) = (2 << 20, new byte[4096]); left > 0;)
            left -= Math.Max(0, DescriptorIo.Write(_terminal.Slave, block));
        _terminal.Slave.Dispose();
        await console.Ended.WaitAsync(Bound, Cancel);
        var before = Stopwatch.GetTimestamp();
        await _finalReplies.WaitAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(before), TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task What_a_terminal_answers_is_removed_from_the_past_only()
    {
        var console = Serve(_terminal, ConsoleMode.Interactive);
        DescriptorIo.Write(_terminal.Slave, "p\e[6na\e[1mst\e[c\e[18"u8);
        await console.WaitForAsync("past", Bound, Cancel);
        await using var machine = await RunningMachine.OpenAsync("web", Where, Cancel);
        await using var attached = await machine.OpenConsoleAsync(cancellationToken: Cancel);
        Assert.Equal("pa\e[1mst", await Read(attached, 8));
        DescriptorIo.Write(_terminal.Slave, "tnow\e[6n"u8);
        Assert.Equal("\e[18tnow\e[6n", await Read(attached, 12));
    }

    [Theory]
    [InlineData(ConsoleMode.Native, "web: QEMU itself has its console on its owner's terminal (--console=native)")]
    [InlineData(ConsoleMode.Headless, "web: it has no console (--console=headless)")]
    [InlineData(ConsoleMode.Gui, "web: its console is a graphical screen (--console=gui)")]
    public async Task A_machine_whose_console_its_owner_does_not_read_says_why(ConsoleMode mode, string sentence)
    {
        Serve(null, mode);
        await using var machine = await RunningMachine.OpenAsync("web", Where, Cancel);
        var refused = await Assert.ThrowsAsync<RunningMachineException>(() => machine.OpenConsoleAsync(cancellationToken: Cancel));
        Assert.Equal((RunningMachineFailure.Refused, sentence), (refused.Failure, refused.Message));
        // The connection is still one for requests.
        await Assert.ThrowsAsync<RunningMachineException>(() => machine.OpenConsoleAsync(cancellationToken: Cancel));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var served in _served)
            await served.DisposeAsync();
        _terminal.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private GuestConsole Serve(PseudoTerminal? terminal, ConsoleMode mode)
    {
        var console = new GuestConsole(terminal, 64 << 10, 1, (what, why) => Assert.Fail($"{what}: {why}"), TimeProvider.System);
        var directory = Directory.CreateDirectory(Path.Combine(_root, "systemd", "vmspawn", "web")).FullName;
        var service = new VarlinkService(new VarlinkIdentity("vmspawn", "vmspawn", "0.1.0", ""), new ConsoleService(console, mode, _finalReplies).Create());
        _served.Add(VarlinkServer.Start(UnixListener.Bind(Path.Combine(directory, "control")), service));
        _served.Add(console);
        return console;
    }

    private static async Task<string> Read(Stream from, int most)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        while (text.Length < most && await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most - text.Length)), Cancel).AsTask().WaitAsync(Bound, Cancel) is > 0 and var count)
            text.Write(buffer, 0, count);
        return Encoding.ASCII.GetString(text.ToArray());
    }

    private Task<string> Typed(int count) => Task.Run(
        () =>
        {
            var buffer = new byte[count];
            for (var at = 0; at < count;)
                at += Math.Max(0, DescriptorIo.Read(_terminal.Slave, buffer.AsSpan(at)));
            return Encoding.ASCII.GetString(buffer);
        },
        Cancel).WaitAsync(Bound, Cancel);
}
