using CsCheck;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class BindTextTests
{
    [Theory]
    [InlineData("/srv", "/srv", null)]
    [InlineData("tree:/mnt", "tree", "/mnt")]
    [InlineData(@"/a\:b:/mnt", "/a:b", "/mnt")]
    [InlineData(@"/a\\b:/mnt:x\:y", @"/a\b", @"/mnt:x\:y")]
    public void A_backslash_takes_the_next_character_of_the_source(string text, string source, string? target) =>
        Assert.Equal(new BindMount(source, target, ReadOnly: true), BindText.Parse(text, readOnly: true).Value);

    [Theory]
    [InlineData(":/mnt", "bind-source")]
    [InlineData("/srv:", "bind-target")]
    [InlineData("/srv:mnt", "bind-target")]
    [InlineData("/srv:/mnt\nsecond", "bind-target")]
    [InlineData(@"/srv\", "bind-escape")]
    public void What_names_no_pair_of_directories_is_refused(string text, string code) => Assert.Equal(code, BindText.Parse(text, false).Mistake?.Code);

    [Fact]
    public void An_empty_value_resets_the_list() => Assert.Null(BindText.Parse("", false).Value);

    [Fact]
    public void Every_source_can_be_written() => Gen.String[Gen.Char['!', '~'], 1, 20].Sample(source =>
        BindText.Parse($@"{source.Replace(@"\", @"\\").Replace(":", @"\:")}:/t", false).Value == new BindMount(source, "/t", false));
}
