using System.Diagnostics;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Tests.Control;

public class EventsTests
{
    private const string Subscribe = "io.systemd.MachineInstance.SubscribeEvents";

    private static async ValueTask Tell(VarlinkCall call)
    {
        await call.ContinueAsync(writer => writer.WriteString("event"u8, "READY"));
        await call.ContinueAsync(writer =>
        {
            writer.WriteString("event"u8, "BLOCK_JOB_READY");
            writer.WriteStartObject("data"u8);
            writer.WriteString("device"u8, "a\e[2J");
            writer.WriteEndObject();
        });
        await call.ReplyAsync(writer => writer.WriteString("event"u8, "SHUTDOWN"));
    }

    [Fact]
    public async Task Events_are_lines_with_the_time_until_the_machine_ends()
    {
        await using var desk = new Desk();
        var machine = desk.Add("web", (Subscribe, Tell));
        Assert.Equal((0, """
            13:04:05.678 READY
            13:04:05.678 BLOCK_JOB_READY {"device":"a\u001B[2J"}
            13:04:05.678 SHUTDOWN

            """, ""), await desk.Run("events", "web"));
        Assert.Equal(["SubscribeEvents {}"], machine.Calls);
    }

    [Fact]
    public async Task As_json_each_event_is_one_object_on_one_line()
    {
        await using var desk = new Desk();
        var machine = desk.AddForeign("web", (Subscribe, Tell));
        Assert.Equal((0, """
            {"event":"READY"}
            {"event":"BLOCK_JOB_READY","data":{"device":"a\u001B[2J"}}
            {"event":"SHUTDOWN"}

            """, ""), await desk.Run("events", "web", "--json", "--filter=STOP,RESUME", "--filter", "SHUTDOWN"));
        Assert.Equal(["""SubscribeEvents {"filter":["STOP","RESUME","SHUTDOWN"]}"""], machine.Calls);
    }

    [Fact]
    public async Task A_subscription_that_is_never_confirmed_is_given_up_after_two_seconds()
    {
        await using var desk = new Desk();
        desk.Add("stuck", (Subscribe, ScriptedMachine.Hang));
        var clock = Stopwatch.StartNew();
        Assert.Equal(
            (1, "", "vmspawn: stuck: the machine runs, but does not answer in time (it may be stopped or overloaded)\n"), await desk.Run("events", "stuck"));
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.9, 20);
    }

    [Fact]
    public async Task Once_confirmed_events_may_take_their_time()
    {
        await using var desk = new Desk();
        desk.Add("calm", (Subscribe, async call =>
        {
            await call.ContinueAsync(writer => writer.WriteString("event"u8, "READY"));
            await Task.Delay(2500);
            await call.ReplyAsync(writer => writer.WriteString("event"u8, "SHUTDOWN"));
        }));
        Assert.Equal((0, "13:04:05.678 READY\n13:04:05.678 SHUTDOWN\n", ""), await desk.Run("events", "calm"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_machine_that_goes_away_ends_its_events_without_a_complaint(bool saysSo)
    {
        await using var desk = new Desk();
        var told = new TaskCompletionSource();
        var machine = desk.Add("web", (Subscribe, async call =>
        {
            await call.ContinueAsync(writer => writer.WriteString("event"u8, "READY"));
            told.SetResult();
            if (saysSo)
                await ScriptedMachine.Refuse("io.systemd.MachineInstance.NotConnected")(call);
            await ScriptedMachine.Hang(call);
        }));
        var run = desk.Run("events", "web");
        await told.Task;
        await machine.DisposeAsync();
        Assert.Equal((0, "13:04:05.678 READY\n", ""), await run);
    }

    [Fact]
    public async Task A_subscription_that_ends_while_the_machine_runs_on_is_a_failure()
    {
        await using var desk = new Desk();
        desk.Add("web", (Subscribe, async call =>
        {
            await call.ContinueAsync(writer => writer.WriteString("event"u8, "READY"));
            await ScriptedMachine.Refuse("io.systemd.MachineInstance.NotConnected")(call);
        }));
        var (status, output, error) = await desk.Run("events", "web");
        Assert.Equal((1, "13:04:05.678 READY\n"), (status, output));
        Assert.StartsWith("vmspawn: web: the machine runs on, but it has ended this subscription", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_subscription_is_an_error_with_its_reason()
    {
        await using var desk = new Desk();
        desk.Add("web", (Subscribe, ScriptedMachine.Refuse("io.systemd.MachineInstance.NotConnected")));
        Assert.Equal((1, "", "vmspawn: web: its connection to QEMU has ended\n"), await desk.Run("events", "web"));
    }
}
