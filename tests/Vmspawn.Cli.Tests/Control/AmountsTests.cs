using CsCheck;
using Vmspawn.Cli.Control.Show;

namespace Vmspawn.Cli.Tests.Control;

public class AmountsTests
{
    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1023, "1023B")]
    [InlineData(1024, "1K")]
    [InlineData(1536, "1.5K")]
    [InlineData((1L << 20) - 1, "1M")]
    [InlineData(2L << 30, "2G")]
    [InlineData(long.MaxValue, "8E")]
    public void Sizes_have_a_suffix(long bytes, string text) => Assert.Equal(text, Amounts.Size(bytes));

    [Fact]
    public void A_size_is_short_and_right_to_a_twentieth() => Gen.Long[0, long.MaxValue].Sample(bytes =>
    {
        var text = Amounts.Size(bytes);
        Assert.True(text.Length <= 7, text);
        var value = double.Parse(text[..^1]) * Math.Pow(1024, "BKMGTPE".IndexOf(text[^1], StringComparison.Ordinal));
        Assert.InRange(value, bytes * 0.95 - 1, bytes * 1.05 + 1);
    });

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(0.9, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1min")]
    [InlineData(61, "1min 1s")]
    [InlineData(7500, "2h 5min")]
    [InlineData(86400, "1d")]
    [InlineData(8726400, "101d")]
    public void Spans_have_at_most_two_units(double seconds, string text) => Assert.Equal(text, Amounts.Span(TimeSpan.FromSeconds(seconds)));
}
