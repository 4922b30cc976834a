using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class StatePlaceTextTests
{
    [Theory]
    [InlineData("auto", true, null)]
    [InlineData("", true, null)]
    [InlineData("off", false, null)]
    [InlineData("/var/lib/tpm", true, "/var/lib/tpm")]
    [InlineData("./off", true, "./off")]
    [InlineData("../tpm", true, "../tpm")]
    public void A_word_or_a_path_is_understood(string text, bool isKept, string? path) =>
        Assert.Equal(new StatePlace(isKept, path), StatePlaceText.Parse(text).Value);

    [Theory]
    [InlineData("yes")]
    [InlineData("AUTO")]
    [InlineData("tpm")]
    [InlineData("a/b")]
    [InlineData("./\0")]
    public void A_text_that_is_no_word_and_no_path_is_refused_with_a_hint(string text) =>
        Assert.NotNull(Assert.IsType<Mistake>(StatePlaceText.Parse(text).Mistake).Hint);
}
