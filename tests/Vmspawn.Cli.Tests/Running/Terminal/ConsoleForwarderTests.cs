using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Cli.Running.Terminal;
using Vmspawn.Linux;
using Vmspawn.Tests;

namespace Vmspawn.Cli.Tests.Running.Terminal;

public sealed class ConsoleForwarderTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Keys_reach_the_guest_raw_and_its_output_the_terminal_with_the_colour_around_it()
    {
        using PseudoTerminal guest = PseudoTerminal.Create(), user = await CookedTerminalAsync();
        var before = await SettingsAsync(user);
        await using var console = Console(guest);
        await using (var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(user.Slave) { Input = user.Slave, Background = "44" }))
        {
            Assert.NotEqual(before, await SettingsAsync(user));
            DescriptorIo.Write(user.Master, "ls\x03\r"u8);
            Assert.Equal("ls\x03\r", await ReadAsync(guest.Slave, 4));
            DescriptorIo.Write(guest.Slave, "a\e[0mb\n"u8);
            guest.Slave.Dispose();
            await forwarder.Drained.WaitAsync(Soon);
            Assert.Equal("\e[44ma\e[0m\e[44mb\n\e[0m\e[K", await ReadAsync(user.Master, 24));
        }
        Assert.Equal(before, await SettingsAsync(user));
    }

    [Fact]
    public async Task The_terminal_and_its_colour_are_given_back_when_an_exception_passes()
    {
        using PseudoTerminal guest = PseudoTerminal.Create(), user = await CookedTerminalAsync();
        var before = await SettingsAsync(user);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var console = Console(guest);
            await using var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(user.Slave) { Input = user.Slave, Background = "44" });
            Assert.Equal("\e[44m", await ReadAsync(user.Master, 5));
            throw new InvalidOperationException();
        });
        Assert.Equal(before, await SettingsAsync(user));
        Assert.Equal("\e[0m\e[K", await ReadAsync(user.Master, 7));
    }

    [Fact]
    public async Task Three_escapes_within_a_second_ask_for_a_kill_even_when_the_guest_reads_nothing()
    {
        using PseudoTerminal guest = PseudoTerminal.Create(), user = await CookedTerminalAsync();
        var time = new SteppedTime();
        await using var console = Console(guest);
        await using var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(user.Slave) { Input = user.Slave, Time = time });
        using var writer = new DescriptorWriter(user.Master);
        Assert.True(await writer.TryWriteAsync(new byte[200_000]).AsTask().WaitAsync(Soon));
        await writer.TryWriteAsync("\x1d\x1d"u8.ToArray());
        await Task.Delay(200);
        time.Advance(TimeSpan.FromMilliseconds(1001));
        await writer.TryWriteAsync("\x1d"u8.ToArray());
        await Task.Delay(200);
        Assert.False(forwarder.KillRequested.IsCompleted);
        await writer.TryWriteAsync("\x1d\x1d"u8.ToArray());
        await forwarder.KillRequested.WaitAsync(Soon);
    }

    [Fact]
    public async Task All_that_the_guest_wrote_is_shown_to_a_slow_reader_after_it_has_left()
    {
        using var guest = PseudoTerminal.Create();
        using var shown = Pipe.Create();
        await using var console = Console(guest);
        await using var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(shown.WriteEnd));
        var all = RandomNumberGenerator.GetBytes(300_000);
        var writing = Task.Run(() =>
        {
            for (var at = 0; at < all.Length;)
                at += DescriptorIo.Write(guest.Slave, all.AsSpan(at));
            guest.Slave.Dispose();
        });
        var got = new byte[all.Length];
        for (var at = 0; at < got.Length;)
        {
            at += DescriptorIo.Read(shown.ReadEnd, got.AsSpan(at, Math.Min(30_000, got.Length - at)));
            await Task.Delay(5);
        }
        await writing;
        await forwarder.Drained.WaitAsync(Soon);
        Assert.Equal(all, got);
    }

    [Fact]
    public async Task A_reader_that_leaves_does_not_hold_up_the_guest()
    {
        using var guest = PseudoTerminal.Create();
        using var shown = Pipe.Create();
        await using var console = Console(guest);
        await using var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(shown.WriteEnd));
        shown.ReadEnd.Dispose();
        await Task.Run(() =>
        {
            var much = new byte[200_000];
            for (var at = 0; at < much.Length;)
                at += DescriptorIo.Write(guest.Slave, much.AsSpan(at));
            guest.Slave.Dispose();
        }).WaitAsync(Soon);
        await forwarder.Drained.WaitAsync(Soon);
    }

    [Fact]
    public async Task Output_to_a_file_and_input_from_one_work_and_the_end_of_input_ends_nothing()
    {
        var directory = Directory.CreateTempSubdirectory("vmspawn-test-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "in"), "typed");
            using SafeFileHandle input = File.OpenHandle(Path.Combine(directory, "in")), output = File.OpenHandle(Path.Combine(directory, "out"), FileMode.Create, FileAccess.Write);
            using var guest = PseudoTerminal.Create();
            await using var console = Console(guest);
            await using var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(output) { Input = input, Background = "44" });
            Assert.Equal("typed", await ReadAsync(guest.Slave, 5));
            await Task.Delay(100);
            Assert.False(forwarder.Drained.IsCompleted);
            DescriptorIo.Write(guest.Slave, "out\n"u8);
            guest.Slave.Dispose();
            await forwarder.Drained.WaitAsync(Soon);
            Assert.Equal("out\n", File.ReadAllText(Path.Combine(directory, "out")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_long_pipe_is_typed_whole_to_a_guest_that_reads_slowly()
    {
        using var guest = PseudoTerminal.Create();
        using var typed = Pipe.Create();
        using var nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        await using var console = Console(guest);
        await using var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(nowhere) { Input = typed.ReadEnd });
        var all = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i}\n"));
        var writing = Task.Run(() =>
        {
            ReadOnlySpan<byte> rest = Encoding.ASCII.GetBytes(all);
            while (!rest.IsEmpty)
                rest = rest[DescriptorIo.Write(typed.WriteEnd, rest)..];
            typed.WriteEnd.Dispose();
        });
        Assert.Equal(all, await ReadAsync(guest.Slave, all.Length, slowly: true));
        await writing;
    }

    [Fact]
    public async Task The_guest_has_the_size_of_the_terminal_and_follows_it()
    {
        using PseudoTerminal guest = PseudoTerminal.Create(), user = PseudoTerminal.Create();
        user.Size = new WindowSize(30, 90);
        await using var console = Console(guest);
        await using var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(user.Slave) { Input = user.Slave });
        Assert.Equal(new WindowSize(30, 90), guest.Size);
        user.Size = new WindowSize(50, 200);
        // The terminal is not the controlling one here, so only this test sends the signal.
        using var kill = ChildProcess.Start(new ChildSpec("/bin/sh", ["-c", $"kill -WINCH {Environment.ProcessId}"]));
        await kill.Exited;
        for (var i = 0; i < 200 && guest.Size != new WindowSize(50, 200); i++)
            await Task.Delay(20);
        Assert.Equal(new WindowSize(50, 200), guest.Size);
    }

    [Fact]
    public async Task A_shared_terminal_keeps_its_flags()
    {
        using PseudoTerminal guest = PseudoTerminal.Create(), user = PseudoTerminal.Create();
        var before = Flags(user.Slave);
        await using var console = Console(guest);
        await using (var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(user.Slave) { Input = user.Slave }))
        {
            DescriptorIo.Write(guest.Slave, "x"u8);
            Assert.Equal("x", await ReadAsync(user.Master, 1));
            Assert.Equal(before, Flags(user.Slave));
        }
        Assert.Equal(before, Flags(user.Slave));
    }

    [Fact]
    public async Task The_modes_that_the_guest_changed_are_given_back_after_its_end_and_when_it_stays()
    {
        foreach (var stays in (bool[])[false, true])
        {
            using PseudoTerminal guest = PseudoTerminal.Create(), user = await CookedTerminalAsync();
            const string Changes = "\e[?1049h\e[?1000h\e[?25l\e(0\e[3;5r\e[?7l\eP+q544e";
            await using var console = Console(guest);
            await using (var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(user.Slave)))
            {
                DescriptorIo.Write(guest.Slave, Encoding.ASCII.GetBytes(Changes));
                Assert.Equal(Changes, await ReadAsync(user.Master, Changes.Length));
                if (!stays)
                {
                    guest.Slave.Dispose();
                    await forwarder.Drained.WaitAsync(Soon);
                }
            }
            const string Undone = "\e\\\e[!p\e[?7h\e[?25h\e[?1000l\e[?1049l\e7\e[r\e8\e(B\x0f\e>\e[4l\e[0m";
            Assert.Equal(Undone, await ReadAsync(user.Master, Undone.Length));
        }
    }

    [Fact]
    public async Task A_terminal_that_takes_nothing_more_does_not_hold_up_the_end()
    {
        using PseudoTerminal guest = PseudoTerminal.Create(), user = await CookedTerminalAsync();
        await using var console = Console(guest);
        var forwarder = ConsoleForwarder.Start(console, new ConsoleSpec(user.Slave) { Background = "44" });
        var writing = Task.Run(() =>
        {
            var much = new byte[200_000];
            for (var at = 0; at < much.Length;)
                at += DescriptorIo.Write(guest.Slave, much.AsSpan(at));
        });
        await Task.Delay(300);
        await forwarder.DisposeAsync().AsTask().WaitAsync(Soon);
        // Lets the thread end that still writes to the terminal. The guest's output is no longer held.
        var reading = ReadAsync(user.Master, 1_000_000);
        await writing.WaitAsync(Soon);
        user.Slave.Dispose();
        Assert.Equal(Errno.EIO, (await Assert.ThrowsAsync<LinuxException>(() => reading.WaitAsync(Soon))).Errno);
    }

    private static GuestConsole Console(PseudoTerminal guest) =>
        new(guest, 1 << 16, 1, (what, why) => Assert.Fail($"{what}: {why}"), TimeProvider.System);

    private static string Flags(SafeFileHandle handle) =>
        File.ReadLines($"/proc/self/fdinfo/{handle.DangerousGetHandle()}").First(line => line.StartsWith("flags", StringComparison.Ordinal));

    private static async Task<PseudoTerminal> CookedTerminalAsync()
    {
        var terminal = PseudoTerminal.Create();
        using var stty = ChildProcess.Start(new ChildSpec("/bin/stty", ["sane", "-onlcr"]) { StandardInput = terminal.Slave });
        await stty.Exited;
        return terminal;
    }

    private static async Task<string> SettingsAsync(PseudoTerminal terminal)
    {
        using var pipe = Pipe.Create();
        using var stty = ChildProcess.Start(new ChildSpec("/bin/stty", ["-g"]) { StandardInput = terminal.Slave, StandardOutput = pipe.WriteEnd });
        await stty.Exited;
        var buffer = new byte[1000];
        return Encoding.ASCII.GetString(buffer, 0, DescriptorIo.Read(pipe.ReadEnd, buffer));
    }

    private static async Task<string> ReadAsync(SafeHandle source, int length, bool slowly = false)
    {
        using var readiness = new Readiness(source);
        using var limit = new CancellationTokenSource(Soon);
        var buffer = new byte[length];
        for (var at = 0; at < length;)
        {
            await readiness.WaitReadableAsync(limit.Token);
            at += Math.Max(0, DescriptorIo.Read(source, buffer.AsSpan(at)));
            if (slowly)
                await Task.Delay(1);
        }
        return Encoding.Latin1.GetString(buffer);
    }
}
