using Vmspawn.Supervise;

namespace Vmspawn.Tests.Supervise;

public class StopLadderTests
{
    [Fact]
    public void A_first_signal_asks_the_guest() =>
        Assert.Equal(StopStep.PowerOff, new StopLadder().Asked(monitorWorks: true).Step);

    [Fact]
    public void Each_further_signal_takes_the_next_step()
    {
        var ladder = new StopLadder();
        var steps = Enumerable.Range(0, 5).Select(_ => (ladder = ladder.Asked(monitorWorks: true)).Step);
        Assert.Equal([StopStep.PowerOff, StopStep.Quit, StopStep.Terminate, StopStep.Kill, StopStep.Kill], steps);
    }

    [Fact]
    public void Without_a_monitor_the_process_gets_SIGTERM_directly() =>
        Assert.Equal(StopStep.Terminate, new StopLadder().Asked(monitorWorks: false).Step);

    [Fact]
    public void The_escape_keys_do_not_wait_for_the_guest() =>
        Assert.Equal(StopStep.Quit, new StopLadder().KillAsked(monitorWorks: true).Step);

    [Fact]
    public void Every_step_has_a_bound_the_last_one_too()
    {
        StopStep[] steps = [StopStep.PowerOff, StopStep.Quit, StopStep.Terminate, StopStep.Kill];
        Assert.All(steps, step => Assert.InRange(new StopLadder(step).Bound, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void A_power_off_by_the_guest_is_not_forced()
    {
        Assert.False(new StopLadder(StopStep.PowerOff).IsForced);
        Assert.True(new StopLadder(StopStep.Quit).IsForced);
    }
}
