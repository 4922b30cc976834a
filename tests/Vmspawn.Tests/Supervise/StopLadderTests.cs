using Vmspawn.Supervise;

namespace Vmspawn.Tests.Supervise;

public class StopLadderTests
{
    [Fact]
    public void A_first_signal_asks_the_guest() =>
        Assert.Equal(StopStep.PowerOff, new StopLadder().Asked(monitorWorks: true).Rung);

    [Fact]
    public void Each_further_signal_is_one_rung_harder()
    {
        var ladder = new StopLadder();
        var rungs = Enumerable.Range(0, 5).Select(_ => (ladder = ladder.Asked(monitorWorks: true)).Rung);
        Assert.Equal([StopStep.PowerOff, StopStep.Quit, StopStep.Terminate, StopStep.Kill, StopStep.Kill], rungs);
    }

    [Fact]
    public void Without_a_monitor_the_process_is_told_directly() =>
        Assert.Equal(StopStep.Terminate, new StopLadder().Asked(monitorWorks: false).Rung);

    [Fact]
    public void The_escape_keys_do_not_wait_for_the_guest() =>
        Assert.Equal(StopStep.Quit, new StopLadder().KillAsked(monitorWorks: true).Rung);

    [Fact]
    public void Every_rung_that_waits_has_a_bound_but_the_last()
    {
        var waiting = new[] { StopStep.PowerOff, StopStep.Quit, StopStep.Terminate };
        Assert.All(waiting, rung => Assert.InRange(new StopLadder(rung).Bound, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)));
        Assert.Equal(Timeout.InfiniteTimeSpan, new StopLadder(StopStep.Kill).Bound);
    }

    [Fact]
    public void A_power_off_that_the_guest_heeds_is_not_forced()
    {
        Assert.False(new StopLadder(StopStep.PowerOff).IsForced);
        Assert.True(new StopLadder(StopStep.Quit).IsForced);
    }
}
