using Vmspawn.Options;
using Vmspawn.Pcie;

namespace Vmspawn.Cli.Tests.Texts;

public class WordsTests
{
    [Theory]
    [InlineData("yes", true)]
    [InlineData("YES", true)]
    [InlineData("y", true)]
    [InlineData("true", true)]
    [InlineData("T", true)]
    [InlineData("on", true)]
    [InlineData("1", true)]
    [InlineData("no", false)]
    [InlineData("n", false)]
    [InlineData("false", false)]
    [InlineData("f", false)]
    [InlineData("Off", false)]
    [InlineData("0", false)]
    public void Systemds_words_are_yes_or_no(string text, bool value)
    {
        Assert.Equal(value, BoolText.Parse(text).Value);
        Assert.Equal(value ? Tristate.Yes : Tristate.No, TristateText.Parse(text).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("auto")]
    [InlineData("Auto")]
    public void An_empty_text_and_auto_are_neither_yes_nor_no(string text)
    {
        Assert.Equal(Tristate.Auto, TristateText.Parse(text).Value);
        Assert.Equal("bool", BoolText.Parse(text).Mistake?.Code);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("yes ")]
    [InlineData("ja")]
    public void Other_words_are_refused(string text)
    {
        Assert.Equal("bool", BoolText.Parse(text).Mistake?.Code);
        Assert.Equal("tristate", TristateText.Parse(text).Mistake?.Code);
    }

    [Fact]
    public void A_choice_names_all_its_words_when_refused()
    {
        (string, PcieLayout)[] choices = [("auto", PcieLayout.Auto), ("packed", PcieLayout.Packed)];
        Assert.Equal(PcieLayout.Packed, ChoiceText.Parse("packed", choices).Value);
        Assert.Equal("one of auto, packed", ChoiceText.Parse("Packed", choices).Mistake?.Hint);
    }

    [Theory]
    [InlineData("0", 0, 10, true)]
    [InlineData("10", 0, 10, true)]
    [InlineData("007", 0, 10, true)]
    [InlineData("11", 0, 10, false)]
    [InlineData("0", 1, 10, false)]
    [InlineData("99999999999999999999", 0, 10, false)]
    [InlineData("-1", 0, 10, false)]
    [InlineData("", 0, 10, false)]
    [InlineData("1 ", 0, 10, false)]
    [InlineData("1e1", 0, 10, false)]
    public void Counts_are_decimal_and_in_range(string text, int min, int max, bool isRight) =>
        Assert.Equal(isRight, CountText.Parse(text, min, max).Mistake is null);

    [Fact]
    public void Asking_a_mistake_for_its_value_is_a_bug() =>
        Assert.Throws<InvalidOperationException>(() => BoolText.Parse("?").Value);
}
