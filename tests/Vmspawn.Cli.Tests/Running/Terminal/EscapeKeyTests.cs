using CsCheck;
using Vmspawn.Cli.Running.Terminal;
using Vmspawn.Tests;

namespace Vmspawn.Cli.Tests.Running.Terminal;

public sealed class EscapeKeyTests
{
    // The rule itself, written out: the last three keys are Ctrl-] and lie within a second.
    [Fact]
    public void Escape_is_recognised_exactly_when_the_last_three_keys_are_escape_keys_within_a_second() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 700]).Array[1, 40].Sample(keys =>
        {
            var time = new SteppedTime();
            var escape = new EscapeKey(time);
            List<int> run = [];
            var now = 0;
            foreach ((var isEscape, var wait) in keys)
            {
                time.Advance(TimeSpan.FromMilliseconds(wait));
                now += wait;
                if (isEscape)
                    run.Add(now);
                else
                    run.Clear();
                var expected = run.Count >= 3 && now - run[^3] <= 1000;
                if (expected)
                    run.Clear();
                Assert.Equal(expected, escape.IsPressedIn([isEscape ? (byte)0x1d : (byte)'a']));
            }
        });

    [Fact]
    public void Three_escape_keys_in_one_read_count()
    {
        Assert.True(new EscapeKey(new SteppedTime()).IsPressedIn("\x1d\x1d\x1d"u8));
        Assert.False(new EscapeKey(new SteppedTime()).IsPressedIn("\x1d\x1dx\x1d"u8));
    }
}
