using System.Text;
using CsCheck;

namespace Vmspawn.Tests.Machine;

public sealed class ConsoleTextTests
{
    [Theory]
    [InlineData("plain\ttext\r\nmore\n", "plain\ttext\nmore\n")]
    [InlineData("\e[1;31mred\e[0m and \e[?1049hscreen", "red and screen")]
    [InlineData("\e]0;title\aafter \e]8;;http://x\e\\link\e]8;;\e\\", "after link")]
    [InlineData("\ePq544e\e\\dcs \e_app\e\\\e^pm\e\\end", "dcs end")]
    [InlineData("\e(B\e=\e7letters\b\0\x7f", "letters")]
    [InlineData("string \e]without end\nnext line", "string \nnext line")]
    [InlineData("broken \e[12\e[1mcontrol", "broken control")]
    [InlineData("\u009b31mc1 \u009dtitle\u009c done", "c1  done")]
    public void Terminal_sequences_and_control_characters_are_removed(string written, string text) => Assert.Equal(text, Decode([Encoding.UTF8.GetBytes(written)]));

    [Fact]
    public void The_pieces_in_which_bytes_come_do_not_matter() =>
        Gen.Select(Gen.OneOf("a", "\u00e4", "\ud83d\ude00", "\e", "[", "]", "0;", "m", "\a", "\\", "\n", "\r", "P", "(", "\u009b").Array[0, 40], Gen.Int[1, 4]).Sample((parts, size) =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(parts));
            Assert.Equal(Decode([bytes]), Decode(bytes.Chunk(size)));
        });

    private static string Decode(IEnumerable<byte[]> pieces)
    {
        var (decoder, text) = (new ConsoleText(), new StringBuilder());
        foreach (var piece in pieces)
            decoder.Decode(piece, text);
        return text.ToString();
    }
}
