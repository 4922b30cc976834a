using Vmspawn.Networks;

namespace Vmspawn.Tests.Networks;

public class DelayLineTests
{
    [Fact]
    public async Task A_flood_of_delayed_frames_is_bounded_by_number_and_by_bytes()
    {
        var time = new SteppedTime();
        await using var cards = new Cards(machines: ["a"]);
        var delivered = new List<DelayedFrame>();
        using var line = new DelayLine(delivered.Add, time);
        for (var i = 0; i < 20_000; i++)
            line.Add(cards.Port("a"), new byte[64], TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(8192, delivered.Count);
        delivered.Clear();
        for (var i = 0; i < 5_000; i++)
            line.Add(cards.Port("a"), new byte[9000], TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((16 << 20) / 9000, delivered.Count);
    }

    [Fact]
    public async Task Frames_are_delivered_in_the_order_of_their_times()
    {
        var time = new SteppedTime();
        await using var cards = new Cards(machines: ["a"]);
        var delivered = new List<int>();
        using var line = new DelayLine(frame => delivered.Add(frame.Bytes[0]), time);
        foreach (var (number, delay) in ((byte, int)[])[(1, 50), (2, 10), (3, 50), (4, 30)])
            line.Add(cards.Port("a"), [number], TimeSpan.FromMilliseconds(delay));
        time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal([2], delivered);
        time.Advance(TimeSpan.FromMilliseconds(90));
        Assert.Equal([2, 4, 1, 3], delivered);
    }
}
