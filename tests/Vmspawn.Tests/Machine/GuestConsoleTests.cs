using System.Text;
using System.Text.RegularExpressions;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Machine;

/// <summary>A console on a real pseudo-terminal, whose other side the test writes.</summary>
public sealed class GuestConsoleTests : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly VmExit PowerOff = new(0, []);

    private readonly PseudoTerminal _terminal = PseudoTerminal.Create();
    private readonly TaskCompletionSource<VmExit> _exited = new();
    private readonly GuestConsole _console;

    public GuestConsoleTests()
    {
        _console = new GuestConsole(_terminal, 100, 1, (what, why) => Assert.Fail($"{what}: {why}"), TimeProvider.System);
        _console.EndsWith(_exited.Task);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wait_begins_after_the_match_of_the_one_before_and_finds_what_was_written_before_it()
    {
        Write("one two one\n");
        await _console.WaitForAsync("one", Bound, Cancel);
        await _console.WaitForAsync("one", Bound, Cancel);
        var third = _console.WaitForAsync("one", Bound, Cancel);
        Assert.False(third.IsCompleted);
        Write("port 8080 is o");
        Write("ne\n");
        await third;
    }

    [Fact]
    public async Task The_match_of_a_pattern_is_the_result()
    {
        Write("listening on port 8080\n");
        var match = await _console.WaitForAsync(new Regex("port (?<port>[0-9]+)\n", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), Bound, Cancel);
        Assert.Equal("8080", match.Groups["port"].Value);
    }

    [Fact]
    public async Task Only_the_newest_text_is_kept_and_waits_go_on()
    {
        for (var i = 0; i < 100; i++)
            Write($"line {i}\n");
        await _console.WaitForAsync("line 99\n", Bound, Cancel);
        Assert.InRange(_console.Text.Length, 90, 125);
        Assert.EndsWith("line 98\nline 99\n", _console.Text, StringComparison.Ordinal);
        Write("line 100\n");
        await _console.WaitForAsync("line 100\n", Bound, Cancel);
    }

    [Fact]
    public async Task What_was_written_before_the_end_is_found_and_then_waits_end_with_the_exit()
    {
        var waiting = _console.WaitForAsync("never", Bound, Cancel);
        Write("last words");
        _terminal.Slave.Dispose();
        await _console.WaitForAsync("words", Bound, Cancel);
        Assert.False(waiting.IsCompleted);
        _exited.SetResult(PowerOff);
        var ended = await Assert.ThrowsAsync<VmEndedException>(() => waiting);
        Assert.Equal((PowerOff, "last words"), (ended.Exit, ended.ConsoleTail));
    }

    [Fact]
    public async Task Lines_are_read_from_now_on_to_the_end()
    {
        Write("before\n");
        await _console.WaitForAsync("before\n", Bound, Cancel);
        var lines = Collect();
        Write("first\nsec");
        Write("ond\n\nrest");
        _terminal.Slave.Dispose();
        Assert.Equal(["first", "second", "", "rest"], await lines.WaitAsync(Bound, Cancel));

        async Task<List<string>> Collect()
        {
            var collected = new List<string>();
            await foreach (var line in _console.ReadLinesAsync(Cancel))
                collected.Add(line);
            return collected;
        }
    }

    [Fact]
    public async Task A_panic_ends_waits_and_a_cancelled_wait_is_the_callers()
    {
        using var cancelled = new CancellationTokenSource();
        var waiting = _console.WaitForAsync("never", Bound, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Write("[    1.0] Kernel panic - not syncing: Attempted to kill init!");
        await Assert.ThrowsAsync<VmTimeoutException>(() => _console.WaitForAsync("never", TimeSpan.FromMilliseconds(100), Cancel));
        Write("\n");
        var panic = await Assert.ThrowsAsync<VmPanicException>(() => _console.WaitForAsync("never", Bound, Cancel));
        Assert.Equal("Kernel panic - not syncing: Attempted to kill init!", panic.Panic);
    }

    [Fact]
    public async Task What_is_sent_arrives_whole_although_the_guest_reads_slowly()
    {
        var sent = new string('x', 100_000);
        var sending = _console.SendAsync(sent, Cancel);
        var (received, buffer) = (0, new byte[4096]);
        while (received < sent.Length)
            received += await ReadSlave(buffer);
        await sending.WaitAsync(Bound, Cancel);
        Assert.Equal(sent.Length, received);
    }

    [Fact]
    public async Task A_reader_gets_the_bytes_as_they_are_from_the_history_on_to_the_end()
    {
        Write("\e[1mone\r\n");
        await _console.WaitForAsync("one", Bound, Cancel);
        await using var all = _console.OpenOutput();
        await using var later = _console.OpenOutput(withHistory: false);
        Write("two\xff\n");
        _terminal.Slave.Dispose();
        Assert.Equal(("\e[1mone\r\ntwo\xff\n", "two\xff\n"), (await ReadToEndAsync(all), await ReadToEndAsync(later)));

        static async Task<string> ReadToEndAsync(Stream output)
        {
            using var whole = new MemoryStream();
            await output.CopyToAsync(whole, Cancel).WaitAsync(Bound, Cancel);
            return Encoding.UTF8.GetString(whole.ToArray());
        }
    }

    [Fact]
    public async Task A_reader_that_holds_the_guest_loses_nothing_and_lets_it_go_when_it_is_closed()
    {
        var holding = _console.OpenOutput(holdsGuest: true);
        await using var skipping = _console.OpenOutput();
        var sent = Enumerable.Range(0, 60_000).Select(i => (byte)(i % 251)).ToArray();
        var writing = Task.Run(() => WriteAll([.. sent, .. sent]), Cancel);
        var received = new byte[sent.Length];
        await holding.ReadExactlyAsync(received, Cancel).AsTask().WaitAsync(Bound, Cancel);
        Assert.Equal(sent, received);
        await Task.Delay(100, Cancel);
        Assert.False(writing.IsCompleted);
        await holding.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => holding.ReadAsync(received, Cancel).AsTask());
        await writing.WaitAsync(Bound, Cancel);
        _terminal.Slave.Dispose();
        _exited.SetResult(PowerOff);
        await Assert.ThrowsAsync<VmEndedException>(() => _console.WaitForAsync("never", Bound, Cancel));
        // The history is 8 KiB here.
        var rest = 0;
        while (await skipping.ReadAsync(received, Cancel).AsTask().WaitAsync(Bound, Cancel) is > 0 and var count)
            rest += count;
        Assert.Equal(8192, rest);
    }

    [Fact]
    public async Task The_bytes_of_two_calls_are_not_mixed()
    {
        var sending = Task.WhenAll(_console.SendAsync(new byte[50_000], Cancel), _console.SendAsync(Enumerable.Repeat((byte)1, 50_000).ToArray(), Cancel));
        var (received, buffer) = (new List<byte>(), new byte[4096]);
        while (received.Count < 100_000)
            received.AddRange(buffer.AsSpan(0, await ReadSlave(buffer)));
        await sending.WaitAsync(Bound, Cancel);
        Assert.Equal(1, received.Zip(received.Skip(1)).Count(pair => pair.First != pair.Second));
    }

    public async ValueTask DisposeAsync()
    {
        await _console.DisposeAsync();
        _terminal.Dispose();
    }

    // The slave blocks.
    private Task<int> ReadSlave(byte[] buffer) => Task.Run(() => DescriptorIo.Read(_terminal.Slave, buffer));

    private void Write(string text) => WriteAll(Encoding.UTF8.GetBytes(text));

    private void WriteAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[DescriptorIo.Write(_terminal.Slave, bytes)..];
    }
}
