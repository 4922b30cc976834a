using System.Diagnostics;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Tests.Control;

public class PowerTests
{
    [Theory]
    [InlineData("poweroff", "PowerOff")]
    [InlineData("reboot", "Reboot")]
    [InlineData("pause", "Pause")]
    [InlineData("resume", "Resume")]
    [InlineData("terminate", "Terminate")]
    public async Task Each_word_calls_its_method_on_every_machine_and_says_nothing(string word, string method)
    {
        await using var desk = new Desk();
        var ours = desk.Add("ours");
        var theirs = desk.AddForeign("theirs");
        var other = desk.Add("other");
        Assert.Equal((0, "", ""), await desk.Run(word, "ours", "theirs"));
        Assert.Equal([$"{method} {{}}"], ours.Calls);
        Assert.Equal([$"{method} {{}}"], theirs.Calls);
        Assert.Empty(other.Calls);
    }

    [Fact]
    public async Task All_are_tried_and_each_failure_is_a_line()
    {
        await using var desk = new Desk();
        desk.Add("bad", ("io.systemd.MachineInstance.Pause", ScriptedMachine.Refuse("io.systemd.MachineInstance.NotConnected")));
        desk.Add("stuck", ("io.systemd.MachineInstance.Pause", ScriptedMachine.Hang));
        desk.Add("stuck2", ("io.systemd.MachineInstance.Pause", ScriptedMachine.Hang));
        var good = desk.Add("good");
        var clock = Stopwatch.StartNew();
        Assert.Equal((1, "", """
            vmspawn: bad: its connection to QEMU is gone
            vmspawn: gone: no VM of this name is running (running: bad, good, stuck, stuck2)
            vmspawn: stuck: the machine runs, but does not answer in time (it may be stopped or overloaded)
            vmspawn: stuck2: the machine runs, but does not answer in time (it may be stopped or overloaded)

            """), await desk.Run("pause", "bad", "gone", "stuck", "stuck2", "good"));
        Assert.Equal(["Pause {}"], good.Calls);
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.9, 3.5);
    }

    [Fact]
    public async Task A_machine_that_is_ended_before_it_can_answer_was_terminated()
    {
        await using var desk = new Desk();
        desk.Add("quick", ("io.systemd.MachineInstance.Terminate", Vanish), ("io.systemd.MachineInstance.Pause", Vanish));
        Assert.Equal((0, "", ""), await desk.Run("terminate", "quick"));
        Assert.Equal((1, "", "vmspawn: quick: the machine ended before it answered\n"), await desk.Run("pause", "quick"));
    }

    // An upgrade that was not asked for cannot be given: the server closes the connection when its caller's bytes make no sense to it.
    private static ValueTask Vanish(VarlinkCall call) => throw new IOException("gone");
}
