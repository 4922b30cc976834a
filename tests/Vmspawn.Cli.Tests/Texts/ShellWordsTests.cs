using CsCheck;

namespace Vmspawn.Cli.Tests.Texts;

public class ShellWordsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("  \t\n ", new string[0])]
    [InlineData("-device nvme", new[] { "-device", "nvme" })]
    [InlineData("  a   b  ", new[] { "a", "b" })]
    [InlineData("'a b' \"c d\"", new[] { "a b", "c d" })]
    [InlineData("nvme,serial='my disk/1',id=n", new[] { "nvme,serial=my disk/1,id=n" })]
    [InlineData("'' \"\"", new[] { "", "" })]
    [InlineData("'a\"b' \"c'd\"", new[] { "a\"b", "c'd" })]
    [InlineData(@"a\\b \""c\'", new[] { @"a\b", "\"c'" })]
    [InlineData(@"'a\'b'", new[] { "a'b" })]
    [InlineData(@"a\ b", new[] { "a b" })]
    [InlineData(@"a\sb\x41\u00e4", new[] { "a bAä" })]
    [InlineData(@"\303\244", new[] { "ä" })]
    [InlineData("a#b $HOME *", new[] { "a#b", "$HOME", "*" })]
    [InlineData("{\"driver\":\"nvme\"}", new[] { "{driver:nvme}" })]
    [InlineData("'{\"driver\":\"nvme\"}'", new[] { "{\"driver\":\"nvme\"}" })]
    public void Words_are_split_at_unquoted_blanks(string text, string[] words) => Assert.Equal(words, ShellWords.Parse(text).Value);

    [Theory]
    [InlineData("-device 'nvme", "words-quote", 9)]
    [InlineData("a \"b' c", "words-quote", 3)]
    [InlineData("it's", "words-quote", 3)]
    [InlineData(@"ab \q", "words-escape", 4)]
    [InlineData(@"ab\", "words-escape", 3)]
    [InlineData(@"a \xff", "words-utf8", 3)]
    [InlineData(@"a\x00", "words-nul", 6)]
    public void What_cannot_be_read_is_named_by_its_position(string text, string code, int position)
    {
        var mistake = ShellWords.Parse(text).Mistake;
        Assert.Equal(code, mistake?.Code);
        Assert.Contains($"position {position} ", mistake!.Text + " ", StringComparison.Ordinal);
    }

    [Fact]
    public void Quoted_words_come_back_whole() =>
        Gen.String[Gen.Char["ab'\"\\ \t=,/é"], 0, 12].Array[0, 6].Sample(words =>
        {
            var quoted = string.Join(' ', words.Select(word => $"\"{word.Replace(@"\", @"\\").Replace("\"", "\\\"")}\""));
            return ShellWords.Parse(quoted).Value.SequenceEqual(words);
        });

    [Fact]
    public void No_text_makes_the_parser_throw() =>
        Gen.String[Gen.Char["ab'\"\\ xu01"], 0, 24].Sample(text => _ = ShellWords.Parse(text).Mistake);
}
