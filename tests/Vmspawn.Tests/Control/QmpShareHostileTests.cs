using System.Diagnostics;
using System.IO.Pipes;
using System.Text;
using CsCheck;
using Vmspawn.Control.MonitorShare;

namespace Vmspawn.Tests.Control;

public class QmpShareHostileTests
{
    [Fact]
    public async Task A_good_program_is_served_within_bounds_beside_hostile_ones()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var good = await qemu.ProgramAsync();
        using var stop = new CancellationTokenSource();
        var longest = Encoding.UTF8.GetBytes($$"""{"execute":"query-status","id":"{{new string('x', 250_000)}}"}""");
        Func<QmpShareProgram, Task>[] deeds =
        [
            program => program.SendAsync("garbage }}} \"\n"),
            program => program.SendAsync(new byte[1024 * 1024]),
            program => program.SendAsync(new string('[', 5000)),
            program => program.SendAsync("{\"execute\":\"" + new string('x', 16 * 1024 * 1024)),
            program => program.SendAsync(longest),
            program => program.SendAsync("""{"execute":"query-qmp-schema"}"""),
            program => program.SendAsync("""{"execute":"query-status"}"""),
        ];
        Task[] hostile = [.. deeds.SelectMany(deed => new[] { DoAsync(deed), DoAsync(deed) })];
        var slowest = TimeSpan.Zero;
        for (var n = 0; n < 20; n++)
        {
            var start = Stopwatch.GetTimestamp();
            Assert.EndsWith($", \"id\": {n}}}", await good.AskAsync($$"""{"execute":"query-status","id":{{n}}}"""));
            var took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
        }

        await stop.CancelAsync();
        await Task.WhenAll(hostile);
        // A command of maximum length takes QEMU about a second here; one of them, and each program's short ones, may precede this one.
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        TestContext.Current.SendDiagnosticMessage($"slowest of 20 calls beside {hostile.Length} hostile programs: {slowest.TotalMilliseconds:0} ms");

        // None of them reads; who is dropped comes again.
        async Task DoAsync(Func<QmpShareProgram, Task> deed)
        {
            await Task.Yield();
            while (!stop.IsCancellationRequested)
            {
                using var program = await qemu.ProgramAsync();
                try
                {
                    while (!stop.IsCancellationRequested && !program.Served.IsCompleted)
                        await deed(program).WaitAsync(stop.Token);
                }
                catch (Exception end) when (end is IOException or OperationCanceledException)
                {
                    // Dropped, or over.
                }
            }
        }
    }

    [Theory]
    [InlineData("{\"execute\":\"", "xxxxxxxxxxxxxxxx", "more than 262144 bytes", "JSON token size limit exceeded")]
    [InlineData("", "[", "pieces in a row", "JSON nesting depth limit exceeded")]
    [InlineData("", "no\n", "64 pieces in a row", "JSON parse error")]
    public async Task Endless_nonsense_is_answered_in_qemus_style_and_dropped_with_a_reason(string begin, string repeated, string reason, string answer)
    {
        var (monitor, client) = await EchoMonitor.StartAsync();
        await using var _ = monitor;
        await using var __ = client;
        var share = new QmpShare(client);
        using var bad = await QmpShareProgram.ReadyAsync(share);
        var sending = SendAsync();
        Assert.StartsWith($$$"""{"error": {"class": "GenericError", "desc": "{{{answer}}}""", await bad.LineAsync());
        while (await bad.LineOrEndAsync() is not null)
        {
        }

        var end = await bad.Served.WaitAsync(QmpShareProgram.Bound);
        Assert.Equal(QmpShareEndKind.Dropped, end.Kind);
        Assert.Contains(reason, end.Text);
        await sending;
        Assert.Single(monitor.Received);

        async Task SendAsync()
        {
            await bad.SendAsync(begin);
            var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, 4096)));
            try
            {
                while (true)
                    await bad.SendAsync(bytes);
            }
            catch (IOException)
            {
                // Dropped.
            }
        }
    }

    [Fact]
    public async Task A_program_that_reads_no_events_is_dropped_and_the_others_miss_none()
    {
        var (monitor, client) = await EchoMonitor.StartAsync();
        await using var _ = monitor;
        await using var __ = client;
        var share = new QmpShare(client);
        using var good = await QmpShareProgram.ReadyAsync(share);
        using var bad = await QmpShareProgram.ReadyAsync(share);
        for (var n = 0; n < 5000; n++)
        {
            await monitor.SayAsync($$$"""{"event": "E{{{n}}}", "data": {"filling": "{{{new string('x', 500)}}}"}}""");
            Assert.StartsWith($$"""{"event": "E{{n}}",""", await good.LineAsync());
        }

        var end = await bad.Served.WaitAsync(QmpShareProgram.Bound);
        Assert.Equal(QmpShareEndKind.Dropped, end.Kind);
        Assert.Contains("unread", end.Text);
        Assert.False(good.Served.IsCompleted);
    }

    [Fact]
    public async Task A_program_that_does_not_read_its_answer_is_dropped_after_the_time_for_it()
    {
        await using var qemu = await QmpShareQemu.StartAsync(new() { SendTime = TimeSpan.FromMilliseconds(300) });
        using var good = await qemu.ProgramAsync();
        using var bad = await qemu.ProgramAsync();
        await bad.SendAsync(string.Concat(Enumerable.Repeat("""{"execute":"query-qmp-schema"}""", 100)));
        var end = await bad.Served.WaitAsync(QmpShareProgram.Bound);
        Assert.Equal(QmpShareEndKind.Dropped, end.Kind);
        Assert.Contains("did not read", end.Text);
        Assert.Contains("prelaunch", await good.AskAsync("""{"execute":"query-status"}"""));
    }

    [Fact]
    public async Task A_command_without_an_answer_blocks_only_its_own_program()
    {
        var (monitor, client) = await EchoMonitor.StartAsync();
        await using var _ = monitor;
        await using var __ = client;
        var share = new QmpShare(client);
        using var waiting = await QmpShareProgram.ReadyAsync(share);
        using var good = await QmpShareProgram.ReadyAsync(share);
        await waiting.SendAsync("""{"execute":"hang","id":1}{"execute":"echo","id":2}""");
        for (var n = 0; n < 100; n++)
            Assert.Equal($$$"""{"return": {}, "id": {{{n}}}}""", await good.AskAsync($$"""{"execute":"echo","id":{{n}}}"""));
        Assert.False(waiting.Served.IsCompleted);
    }

    [Fact]
    public async Task A_program_that_leaves_while_QEMU_hangs_is_noticed_and_its_descriptors_are_closed()
    {
        var (monitor, client) = await EchoMonitor.StartAsync();
        await using var _ = monitor;
        await using var __ = client;
        var share = new QmpShare(client, new() { FinalTime = TimeSpan.FromMilliseconds(200) });
        using var good = await QmpShareProgram.ReadyAsync(share);
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        var leaving = await QmpShareProgram.ReadyAsync(share);
        await leaving.SendAsync("{\"execute\":\"hang\"}");
        await leaving.SendAsync("{\"execute\":\"add-fd\"}", pipe.ClientSafePipeHandle);
        pipe.DisposeLocalCopyOfClientHandle();
        leaving.Dispose();
        var end = await leaving.Served.WaitAsync(QmpShareProgram.Bound);
        Assert.Equal(QmpShareEnd.Left, end);
        // Its end is read when every copy of the descriptor is closed.
        Assert.Equal(0, await pipe.ReadAsync(new byte[1]).AsTask().WaitAsync(QmpShareProgram.Bound));
        Assert.Equal("""{"return": {}, "id": 1}""", await good.AskAsync("""{"execute":"echo","id":1}"""));
    }

    [Fact]
    public async Task The_commands_of_a_program_that_leaves_without_reading_are_carried_out_while_QEMU_answers()
    {
        var (monitor, client) = await EchoMonitor.StartAsync();
        await using var _ = monitor;
        await using var __ = client;
        var share = new QmpShare(client);
        for (var n = 0; n < 20; n++)
        {
            var leaving = await QmpShareProgram.ReadyAsync(share);
            await leaving.SendAsync(string.Concat(Enumerable.Range(0, 20).Select(one => $$$"""{"execute":"echo","arguments":{"n":{{{n}}},"one":{{{one}}}}}""")));
            leaving.Dispose();
            Assert.Equal(QmpShareEnd.Left, await leaving.Served.WaitAsync(QmpShareProgram.Bound));
        }

        // One more for the handshake.
        Assert.Equal(1 + (20 * 20), monitor.Received.Count);
    }

    [Fact]
    public async Task Whatever_is_passed_on_qemu_can_parse_so_that_everything_gets_its_answer()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var program = await qemu.ProgramAsync();
        var text = Gen.Frequency(
            (3, Gen.Char[' ', '~'].Select(one => one.ToString())),
            (1, Gen.Int[0, 0xffff].Select(code => $"\\u{code:x4}")),
            (1, Gen.Int[0, 0x10ffff].Where(code => code is < 0xd800 or > 0xdfff).Select(char.ConvertFromUtf32)),
            (1, Gen.Int[0, 7].Select(n => new[] { "\\u0000", "\\ufdd0", "\\ud83d\\ude00", "\\ud83d\\ude", "\\/", "\uffff", "\\uffff", "\u007f" }[n])));
        var value = Gen.Recursive<string>((depth, inner) => Gen.Frequency(
            (2, text.Array[0, 4].Select(parts => $"\"{string.Concat(parts)}\"")),
            (2, Gen.Int[0, 11].Select(n => new[] { "1", "-0", "0.0", "1e999", "-1e-999", "1E5", "01", "1.", "null", "nul", "99999999999999999999", "'a'" }[n])),
            (depth < 4 ? 2 : 0, inner.Array[0, 3].Select(parts => $"[{string.Join(',', parts)}]")),
            (depth < 4 ? 2 : 0, Gen.Select(text, inner).Array[0, 3].Select(parts => $"{{{string.Join(',', parts.Select(part => $"\"{part.Item1}\":{part.Item2}"))}}}"))));
        int answered = 0, refused = 0, sent = 0;
        await value.SampleAsync(async id =>
        {
            await program.SendAsync($$"""{"execute":"query-status","id":{{id}}}""" + "\n\u0001");
            await program.SendAsync($$"""{"execute":"query-status","id":"sync{{++sent}}"}""");
            for (var line = ""; !line.EndsWith($"\"id\": \"sync{sent}\"}}", StringComparison.Ordinal);)
            {
                line = await program.LineAsync();
                answered += line.EndsWith($", \"id\": {id.Trim()}}}", StringComparison.Ordinal) ? 1 : 0;
                refused += line.StartsWith("""{"error""", StringComparison.Ordinal) ? 1 : 0;
            }
        }, iter: 1500, threads: 1);
        Assert.True(answered > 200 && refused > 200, $"{answered} answered, {refused} refused");
        Assert.Equal(0, qemu.Monitor.UnknownReplies);
    }
}
