using System.Globalization;
using CsCheck;

namespace Vmspawn.Tests;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("plain Ä 日本 🙂", "plain Ä 日本 🙂", "plain Ä 日本 🙂")]
    [InlineData("a\u001b[31mb", "a [31mb", "a\\x1b[31mb")]
    [InlineData("\u0085c1\u009b", " c1 ", "\\x85c1\\x9b")]
    [InlineData("txt.\u202egnp\u2066x", "txt.gnpx", "txt.\\u{202e}gnp\\u{2066}x")]
    [InlineData("two\u2028lines", "two lines", "two\\u{2028}lines")]
    [InlineData("own\ue000", "own", "own\\u{e000}")]
    [InlineData("tag\U000e0041", "tag", "tag\\u{e0041}")]
    public void Control_sequences_of_a_terminal_are_removed_or_made_visible(string text, string plain, string escaped)
    {
        Assert.Equal(plain, PlainText.Of(text));
        Assert.Equal(escaped, PlainText.Escape(text));
        Assert.Equal(text == plain, PlainText.IsPlain(text));
    }

    [Fact]
    public void Any_text_becomes_plain_characters_only() => Gen.String.Sample(text =>
    {
        foreach (var shown in (string[])[PlainText.Of(text), PlainText.Escape(text)])
        {
            Assert.True(PlainText.IsPlain(shown));
            Assert.DoesNotContain(shown, one => CharUnicodeInfo.GetUnicodeCategory(one) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse);
        }
    });

    [Fact]
    public void Half_a_surrogate_pair_is_not_plain()
    {
        Assert.False(PlainText.IsPlain("a\ud800"));
        Assert.Equal("a\ufffd", PlainText.Of("a\ud800"));
    }
}
