using CsCheck;
using Vmspawn.Options;

namespace Vmspawn.Tests.Options;

public class SizeTextTests
{
    private const string Suffixes = "BKMGTPE";

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("512M", 512L << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("1.5G", 3L << 29)]
    [InlineData("0.1K", 102)]
    [InlineData("10.M", 10L << 20)]
    [InlineData(" 5 K", 5L << 10)]
    [InlineData("1G512M", (1L << 30) + (512L << 20))]
    [InlineData("1G 512M 7", (1L << 30) + (512L << 20) + 7)]
    [InlineData("7E", 7L << 60)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("1.999999999999999999999999G", (2L << 30) - 1)]
    public void Systemds_sizes_are_read(string text, long bytes) => Assert.Equal(bytes, SizeText.Parse(text).Value);

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("+1")]
    [InlineData("1X")]
    [InlineData("1GiB")]
    [InlineData("1M1G")]
    [InlineData("1M1M")]
    [InlineData("5 5")]
    [InlineData("1.5.5")]
    [InlineData("0x10")]
    [InlineData("-1")]
    [InlineData("٣")]
    public void What_is_no_size_is_refused(string text) => Assert.Equal("size", SizeText.Parse(text).Mistake?.Code);

    [Theory]
    [InlineData("8E")]
    [InlineData("9223372036854775808")]
    [InlineData("7.9999999E999P")]
    [InlineData("99999999999999999999999999999999999999999999999999999999999999999999E")]
    public void What_a_file_offset_cannot_hold_is_refused(string text) =>
        Assert.Equal("size-overflow", SizeText.Parse(text).Mistake?.Code);

    [Fact]
    public void A_small_suffix_is_answered_with_the_capital_one() =>
        Assert.Contains("512M", SizeText.Parse("512m").Mistake!.Hint, StringComparison.Ordinal);

    [Fact]
    public void A_whole_number_with_a_suffix_is_the_product_or_an_overflow() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 6]).Sample((number, power) =>
        {
            var expected = (UInt128)number << (10 * power);
            var parsed = SizeText.Parse($"{number}{Suffixes[power]}");
            return expected > long.MaxValue ? parsed.Mistake?.Code == "size-overflow" : parsed.Value == (long)expected;
        });

    [Fact]
    public void A_fraction_is_cut_to_whole_bytes() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 999_999], Gen.Int[1, 5]).Sample((whole, millionths, power) =>
        {
            var exact = (((UInt128)whole * 1_000_000) + (UInt128)millionths) << (10 * power);
            return SizeText.Parse($"{whole}.{millionths:D6}{Suffixes[power]}").Value == (long)(exact / 1_000_000);
        });

    [Fact]
    public void No_text_makes_the_parser_throw() => Gen.String.Sample(text => _ = SizeText.Parse(text).Mistake);
}
