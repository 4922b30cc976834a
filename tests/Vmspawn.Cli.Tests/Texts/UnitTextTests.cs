using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class UnitTextTests
{
    [Theory]
    [InlineData("machine-web.slice", "machine-web.slice")]
    [InlineData("machine-web", "machine-web.slice")]
    [InlineData("-", "-.slice")]
    [InlineData("a\\x2db", "a\\x2db.slice")]
    [InlineData("", null)]
    public void A_slices_name_may_lack_its_suffix(string text, string? name) => Assert.Equal(name, UnitText.Slice(text).Value);

    [Theory]
    [InlineData("a b")]
    [InlineData("a--b")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData(".slice")]
    public void Other_names_are_refused(string text) => Assert.Equal("slice", UnitText.Slice(text).Mistake?.Code);

    [Theory]
    [InlineData("MemoryMax=4G", "MemoryMax", "4G")]
    [InlineData("Description=a=b c", "Description", "a=b c")]
    [InlineData("After=", "After", "")]
    public void A_setting_is_a_name_and_a_value(string text, string name, string value) =>
        Assert.Equal(new UnitProperty(name, value), UnitText.Property(text).Value);

    [Theory]
    [InlineData("MemoryMax")]
    [InlineData("=4G")]
    [InlineData("Memory Max=4G")]
    [InlineData("")]
    public void A_text_without_a_name_or_a_value_is_no_setting(string text) => Assert.Equal("unit-property", UnitText.Property(text).Mistake?.Code);

    [Theory]
    [InlineData("90", 90_000_000ul)]
    [InlineData("2min 30s", 150_000_000ul)]
    [InlineData("1h30min", 5_400_000_000ul)]
    [InlineData("500 ms", 500_000ul)]
    [InlineData("1.5s", 1_500_000ul)]
    [InlineData("infinity", ulong.MaxValue)]
    public void Times_are_read_as_systemd_reads_them(string text, ulong microseconds) =>
        Assert.Equal(microseconds, TimeSpanText.Microseconds(text));

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("1 fortnight")]
    [InlineData("-1s")]
    [InlineData("1..2s")]
    [InlineData("999999999999999999999999999999999s")]
    public void A_text_that_is_no_time_has_no_value(string text) => Assert.Null(TimeSpanText.Microseconds(text));
}
