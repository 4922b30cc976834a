using System.Text;
using CsCheck;
using Vmspawn.Control.MonitorShare;

namespace Vmspawn.Tests.Control;

public class QmpSharePropertyTests
{
    private static readonly Gen<string> Id = Gen.Recursive<string>((depth, id) => Gen.Frequency(
        (2, Pick("null", "true", "false", "0", "-0", "1.50", "1e3", "-1E-400", "18446744073709551616", "99999999999999999999999999.5")),
        (2, Pick("\"\"", "\"a\"", "\"\\u0041\"", "\"é\\\"}\"", "\"\\ud83d\\ude00\"", "{}", "[ ]")),
        (2, Gen.Int.Select(number => number.ToString())),
        (depth < 3 ? 1 : 0, Gen.Select(id, id).Select((one, two) => $"[{one},  {two}]")),
        (depth < 3 ? 1 : 0, id.Select(one => $$"""{"x" : {{one}}}"""))));

    private static readonly Gen<(string Name, string? Id)> Command =
        Gen.Select(Pick("echo", "echo", "fail", "happen"), Gen.Frequency((1, Gen.Const((string?)null)), (4, Id.Select(id => (string?)id))));

    [Fact]
    public async Task In_any_interleaving_each_program_gets_its_answers_in_order_with_its_ids_as_written()
    {
        var commands = Command.Array[0, 12];
        await Gen.Select(commands.Array[1, 5], Gen.Int[1, 400].Array[1, 10]).SampleAsync(
            async (programs, sizes) => await CheckAsync(programs, sizes), iter: 150, threads: 1);
    }

    private static Gen<string> Pick(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static async Task CheckAsync((string Name, string? Id)[][] programs, int[] sizes)
    {
        var (monitor, client) = await EchoMonitor.StartAsync();
        await using var _ = monitor;
        await using var __ = client;
        var share = new QmpShare(client);
        await Task.WhenAll(programs.Select((commands, index) => RunAsync(share, commands, sizes, index)));
        Assert.Equal(programs.Sum(commands => commands.Length), monitor.Received.Count - 1);
        Assert.Equal((0L, 0L), (client.LateReplies, client.UnknownReplies));
    }

    private static async Task RunAsync(QmpShare share, (string Name, string? Id)[] commands, int[] sizes, int index)
    {
        using var program = await QmpShareProgram.ReadyAsync(share);
        var bytes = Encoding.UTF8.GetBytes(string.Concat(commands.Select((command, n) => Text(command, index, n))));
        var sending = SendAsync();
        for (var n = 0; n < commands.Length;)
        {
            var line = await program.LineAsync();
            if (line.Contains("\"event\"", StringComparison.Ordinal))
                continue;
            Assert.Equal(Answer(commands[n], index, n), line);
            n++;
        }

        await sending;

        async Task SendAsync()
        {
            for (int at = 0, turn = index; at < bytes.Length; turn++)
            {
                var count = Math.Min(sizes[turn % sizes.Length], bytes.Length - at);
                await program.SendAsync(bytes[at..(at + count)]);
                at += count;
                await Task.Yield();
            }
        }
    }

    private static string Text((string Name, string? Id) command, int program, int n)
    {
        var id = command.Id is null ? "" : n % 2 == 0 ? $""", "id":  {command.Id} """ : "";
        var first = command.Id is not null && n % 2 == 1 ? $"\"id\" :{command.Id}," : "";
        return $$"""{ {{first}}"execute":"{{command.Name}}","arguments":{"n": [{{program}},{{n}}] }{{id}}}""" + (n % 3 == 0 ? "\r\n" : "");
    }

    private static string Answer((string Name, string? Id) command, int program, int n) => (command.Name, command.Id) switch
    {
        ("fail", null) => """{"error": {"class": "DeviceNotFound", "desc": "a \u0022b\u0022"}}""",
        ("fail", var id) => $$$"""{"id": {{{id}}}, "error": {"class": "DeviceNotFound", "desc": "a \u0022b\u0022"}}""",
        (_, null) => $$$"""{"return": {"n": [{{{program}}},{{{n}}}] }}""",
        (_, var id) => $$$"""{"return": {"n": [{{{program}}},{{{n}}}] }, "id": {{{id}}}}""",
    };
}
