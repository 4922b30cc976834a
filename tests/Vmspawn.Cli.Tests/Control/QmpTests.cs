using System.Text;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Tests.Control;

public class QmpTests
{
    private const string Acquire = "io.systemd.QemuMachineInstance.AcquireQMP";

    // A monitor that greets, and answers each line with the next text.
    private static VarlinkHandler Monitor(List<string> received, params string[] answers) => async call =>
    {
        using var connection = await call.UpgradeAsync();
        using var none = new DescriptorQueue(0);
        await connection.SendAsync(Encoding.UTF8.GetBytes(
            """{"QMP":{"version":{"qemu":{"micro":0,"minor":0,"major":11},"package":""},"capabilities":["oob"]}}""" + "\r\n"));
        var buffer = new byte[65536];
        foreach (var answer in (string[])["""{"return":{},"id":ID}""", .. answers])
        {
            var line = Encoding.UTF8.GetString(buffer, 0, await connection.ReceiveAsync(buffer, none)).Trim();
            received.Add(line);
            var id = System.Text.Json.JsonElement.Parse(line).GetProperty("id").GetRawText();
            await connection.SendAsync(Encoding.UTF8.GetBytes(answer.Replace("ID", id, StringComparison.Ordinal) + "\r\n"));
        }
    };

    [Fact]
    public async Task A_command_goes_over_the_upgraded_connection_and_its_answer_is_printed()
    {
        await using var desk = new Desk();
        var received = new List<string>();
        desk.Add("web", (Acquire, Monitor(received, """{"return":{"device":"x","ok":true},"id":ID}""")));
        Assert.Equal((0, """
            {
              "device": "x",
              "ok": true
            }

            """, ""), await desk.Run("qmp", "web", "query-thing", """{"device": "x"}"""));
        Assert.Contains("""
            "execute":"query-thing"
            """, received[1], StringComparison.Ordinal);
        Assert.Contains("""
            "arguments":{"device":"x"}
            """, received[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_the_answer_is_one_line()
    {
        await using var desk = new Desk();
        desk.Add("web", (Acquire, Monitor([], """{"return":[{"a":1},{"a":2}],"id":ID}""")));
        Assert.Equal((0, """[{"a":1},{"a":2}]""" + "\n", ""), await desk.Run("qmp", "web", "query-block", "--json"));
    }

    [Fact]
    public async Task A_refusal_contains_qemus_message()
    {
        await using var desk = new Desk();
        desk.Add("web", (Acquire, Monitor([], """{"error":{"class":"CommandNotFound","desc":"The command quarry has not been found"},"id":ID}""")));
        Assert.Equal((1, "", "vmspawn: web: quarry: QEMU refuses: The command quarry has not been found\n"), await desk.Run("qmp", "web", "quarry"));
    }

    [Fact]
    public async Task A_command_that_takes_longer_than_its_timeout_is_given_up()
    {
        await using var desk = new Desk();
        desk.Add("web", (Acquire, Monitor([])));
        var (status, _, error) = await desk.Run("qmp", "web", "slow", "--timeout=300ms");
        Assert.Equal(1, status);
        Assert.Contains("vmspawn: web: slow: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_share_the_monitor_is_named()
    {
        await using var desk = new Desk();
        desk.AddForeign("theirs");
        Assert.Equal(
            (1, "", "vmspawn: theirs: its server, systemd-vmspawn 262.1, does not share QEMU's monitor\n"), await desk.Run("qmp", "theirs", "query-status"));
    }

    [Fact]
    public async Task A_monitor_that_another_has_is_an_error()
    {
        await using var desk = new Desk();
        desk.Add("web", (Acquire, ScriptedMachine.Refuse("io.systemd.QemuMachineInstance.AlreadyAcquired")));
        Assert.Equal((1, "", "vmspawn: web: another program has its monitor\n"), await desk.Run("qmp", "web", "query-status"));
    }

    [Theory]
    [InlineData("[1]", "object")]
    [InlineData("{\"a\":", "no JSON")]
    public async Task Arguments_that_are_no_object_are_wrong_usage(string text, string why)
    {
        await using var desk = new Desk();
        var (status, _, error) = await desk.Run("qmp", "web", "x", text);
        Assert.Equal(2, status);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }
}
