using System.Text.Json;
using Vmspawn.Control.MonitorShare;
using Vmspawn.Qmp;

namespace Vmspawn.Tests.Control;

/// <summary>Many programs on the one monitor of the QEMU that is installed.</summary>
public class QmpShareRealQemuTests
{
    private static readonly string[] Ids =
    [
        "null", "true", "0", "-0", "1.50", "1E+3", "18446744073709551616", "123456789012345678901234567890.123456789",
        "\"\"", "\"\\u00e9 \\\" é\"", "{}", "[ ]", """{"b" : [1, {"id":null}], "a":"x"}""", "\"" + new string('i', 5000) + "\"",
    ];

    [Fact]
    public async Task The_shared_monitor_greets_with_QEMUs_version_and_first_answers_only_the_handshake()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var program = QmpShareProgram.Connect(qemu.Share);
        var version = qemu.Monitor.Greeting.Version;
        var greeting = await program.LineAsync();
        Assert.Contains($$"""{"qemu": {"micro": {{version.Micro}}, "minor": {{version.Minor}}, "major": {{version.Major}}}""", greeting);
        Assert.EndsWith(""", "capabilities": []}}""", greeting);
        const string Expecting = """ "error": {"class": "CommandNotFound", "desc": "Expecting capabilities negotiation with 'qmp_capabilities'"}}""";
        Assert.Equal("""{"id": 1,""" + Expecting, await program.AskAsync("""{"execute":"query-status","id":1}"""));
        Assert.Equal("""{"id": [],""" + Expecting, await program.AskAsync("""{"execute":"no-such","id":[]}"""));
        Assert.Equal(
            """{"error": {"class": "GenericError", "desc": "Capability oob not available"}}""",
            await program.AskAsync("""{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}"""));
        Assert.Equal("""{"return": {}, "id": "x"}""", await program.AskAsync("""{"execute":"qmp_capabilities","arguments":{"enable":[]},"id":"x"}"""));
        Assert.Equal(
            """{"id": 2, "error": {"class": "CommandNotFound", "desc": "Capabilities negotiation is already complete, command ignored"}}""",
            await program.AskAsync("""{"execute":"qmp_capabilities","id":2}"""));
    }

    [Fact]
    public async Task Refusals_before_and_after_the_handshake_have_QEMUs_text()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var late = await qemu.ProgramAsync();
        using var early = QmpShareProgram.Connect(qemu.Share);
        await early.LineAsync();
        foreach (var command in new[] { """{"id":1}""", """{"foo":1,"id":2}""", """{"execute":5,"id":2}""", """{"execute":"a","arguments":5,"id":2}""", "{}", """{"exec-oob":"query-yank"}""" })
        {
            var answer = await late.AskAsync(command);
            Assert.Contains("QMP input", answer);
            Assert.Equal(answer, await early.AskAsync(command));
        }

        const string NoDescriptor = """{"id": 1, "error": {"class": "GenericError", "desc": "No file descriptor supplied via SCM_RIGHTS"}}""";
        Assert.Equal(NoDescriptor, await late.AskAsync("""{"execute":"add-fd","id":1}"""));
        Assert.Equal(NoDescriptor, await late.AskAsync("""{"execute":"getfd","arguments":{"fdname":"a"},"id":1}"""));
        Assert.Equal(
            """{"id": 3, "error": {"class": "DeviceNotFound", "desc": "Device 'nobody' not found"}}""",
            await late.AskAsync("""{"execute":"device_del","arguments":{"id":"nobody"},"id":3}"""));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public async Task Programs_at_once_get_their_own_ids_back_byte_for_byte_and_in_order_between_long_answers(int count)
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, count).Select(RunAsync));
        Assert.Equal((0L, 0L), (qemu.Monitor.LateReplies, qemu.Monitor.UnknownReplies));

        async Task RunAsync(int index)
        {
            using var program = await qemu.ProgramAsync();
            var all = string.Concat(Ids.Select(id => $$"""{"execute":"query-status","id":{{id}}}""" + "\r\n"));
            await program.SendAsync(all + """{"execute":"query-qmp-schema","id":"schema"}""" + all);
            foreach (var id in Ids)
                Assert.EndsWith($", \"id\": {id}}}", await program.LineAsync());
            var schema = await program.LineAsync();
            Assert.InRange(schema.Length, 100_000, 10_000_000);
            Assert.EndsWith(""", "id": "schema"}""", schema);
            foreach (var id in Ids)
                Assert.EndsWith($", \"id\": {id}}}", await program.LineAsync());
        }
    }

    [Fact]
    public async Task Events_reach_every_program_past_its_handshake_before_the_answer_of_the_command_that_made_them()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var early = QmpShareProgram.Connect(qemu.Share);
        await early.LineAsync();
        QmpShareProgram[] programs = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => qemu.ProgramAsync()))];
        using var own = qemu.Monitor.SubscribeTo("RESUME", "STOP");
        await programs[0].SendAsync("""{"execute":"cont"}{"execute":"stop","id":9}""");
        var seen = await Task.WhenAll(programs.Select((program, index) => ReadAsync(program, index == 0 ? 4 : 2)));
        Assert.Contains("\"event\": \"RESUME\"", seen[0][0]);
        Assert.Equal("""{"return": {}}""", seen[0][1]);
        Assert.Contains("\"event\": \"STOP\"", seen[0][2]);
        Assert.Equal("""{"return": {}, "id": 9}""", seen[0][3]);
        Assert.All(seen[1..], lines => Assert.Equal([seen[0][0], seen[0][2]], lines));
        Assert.Equal(["RESUME", "STOP"], await own.Take(2).Select(one => one.Name).ToArrayAsync());
        // The one that has not shaken hands got none of them.
        Assert.Equal("""{"return": {}, "id": 1}""", await early.AskAsync("""{"execute":"qmp_capabilities","id":1}"""));
        Array.ForEach(programs, program => program.Dispose());
    }

    [Fact]
    public async Task The_QMP_client_works_on_it_beside_its_owner()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        var (connection, served) = QmpShareProgram.Open(qemu.Share);
        await using (var client = await QmpClient.StartAsync(connection, QmpShareQemu.Patient with { OutOfBand = true }))
        {
            Assert.Equal(qemu.Monitor.Greeting.Version, client.Greeting.Version);
            Assert.False(client.OutOfBand);
            using var file = File.OpenHandle("/dev/null");
            Task<JsonElement>[] calls = [.. Enumerable.Range(0, 50).Select(n => n % 2 == 0 ? client.QueryQmpSchemaAsync() : qemu.Monitor.QueryQmpSchemaAsync())];
            var added = await client.AddFdAsync(file);
            await client.RemoveFdAsync(added.FdsetId);
            Assert.Single((await Task.WhenAll(calls)).Select(schema => schema.GetArrayLength()).Distinct());
            Assert.Equal("DeviceNotFound", (await Assert.ThrowsAsync<QmpCommandException>(() => client.DeviceDelAsync("nobody"))).ErrorClass);
        }

        Assert.Equal(QmpShareEndKind.Left, (await served.WaitAsync(QmpShareProgram.Bound)).Kind);
    }

    [Fact]
    public async Task A_program_that_dies_within_an_answer_affects_no_other_program()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var good = await qemu.ProgramAsync();
        for (var n = 0; n < 10; n++)
        {
            var dying = await qemu.ProgramAsync();
            await dying.SendAsync("""{"execute":"query-qmp-schema"}{"execute":"query-status"}""");
            if (n % 2 == 0)
                await Task.Delay(n * 5);
            dying.Dispose();
            Assert.EndsWith($", \"id\": {n}}}", await good.AskAsync($$"""{"execute":"query-status","id":{{n}}}"""));
            Assert.Equal(QmpShareEndKind.Left, (await dying.Served.WaitAsync(QmpShareProgram.Bound)).Kind);
        }

    }

    [Fact]
    public async Task Quit_is_reported_to_the_owner_and_every_program_gets_the_last_event_and_the_end()
    {
        var asked = false;
        await using var qemu = await QmpShareQemu.StartAsync(new() { QuitAsked = () => asked = true });
        using var one = await qemu.ProgramAsync();
        using var two = await qemu.ProgramAsync();
        await one.SendAsync("""{"execute":"quit","id":"bye"}""");
        string[] lines = [await one.LineAsync(), await one.LineAsync()];
        Assert.Contains(lines, line => line == """{"return": {}, "id": "bye"}""");
        Assert.Contains(lines, line => line.Contains("host-qmp-quit", StringComparison.Ordinal));
        Assert.True(asked);
        Assert.Contains("SHUTDOWN", await two.LineAsync());
        foreach (var program in new[] { one, two })
        {
            Assert.Null(await program.LineOrEndAsync());
            Assert.Equal(new QmpShareEnd(QmpShareEndKind.MonitorEnded, "the monitor has ended: QEMU closed it"), await program.Served);
        }
    }

    [Fact]
    public async Task Killed_under_its_programs_it_ends_each_of_them()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        var programs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => qemu.ProgramAsync()));
        foreach (var program in programs)
            await program.SendAsync("""{"execute":"query-qmp-schema"}""");
        qemu.Kill();
        foreach (var program in programs)
        {
            Assert.Equal(QmpShareEndKind.MonitorEnded, (await program.Served.WaitAsync(QmpShareProgram.Bound)).Kind);
            program.Dispose();
        }
    }

    [Fact]
    public async Task Stopping_ends_a_program_with_a_command_under_way()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var stop = new CancellationTokenSource();
        using var program = await QmpShareProgram.ReadyAsync(qemu.Share, stop.Token);
        await program.SendAsync("""{"execute":"query-qmp-schema"}""");
        await stop.CancelAsync();
        Assert.Equal(QmpShareEnd.Stopped, await program.Served.WaitAsync(QmpShareProgram.Bound));
        Assert.False((await qemu.Monitor.QueryStatusAsync()).Running);
    }

    private static async Task<List<string>> ReadAsync(QmpShareProgram program, int count)
    {
        var lines = new List<string>();
        while (lines.Count < count)
            lines.Add(await program.LineAsync());
        return lines;
    }
}
