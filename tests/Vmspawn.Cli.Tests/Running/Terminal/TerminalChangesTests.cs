using System.Text;
using CsCheck;
using Vmspawn.Cli.Running.Terminal;

namespace Vmspawn.Cli.Tests.Running.Terminal;

public sealed class TerminalChangesTests
{
    private const string Start = "\e\\\e[!p\e[?7h\e[?25h";
    private static readonly string[] Parts = ["\e[?1049h", "\e[?25l", "\e[?1000;1002h", "\e(0", "x", "\e[1m", "\ec", "\e]0;t\a"];

    private const string Rest = "\e(B\x0f\e>\e[4l\e[0m";

    [Theory]
    [InlineData("text\r\n\ttabs \e[1;31mcolour\e[0m \e[2K\e[H\e[5;3H", "")]
    [InlineData("\e[?1049h", Start + "\e[?1049l" + Rest)]
    [InlineData("\e[?1049h\e[?1049l", "")]
    [InlineData("\e[?1000;1006h\e[?2004h\e[?1;5h", Start + "\e[?1l\e[?5l\e[?1000l\e[?1006l\e[?2004l" + Rest)]
    [InlineData("\e[?25l", Start + Rest)]
    [InlineData("\e[?25l\e[?25h", "")]
    [InlineData("\e[3;5r", Start + "\e7\e[r\e8" + Rest)]
    [InlineData("\e(0", Start + Rest)]
    [InlineData("\x0e", Start + Rest)]
    [InlineData("\e[4h", Start + Rest)]
    [InlineData("\e[?47h\e(0\e[2;3rx\ec", "")]
    [InlineData("\e[?2004", Start + Rest)]
    public void Only_what_was_changed_is_changed_back(string written, string undo) => Assert.Equal(undo, Undo(written));

    [Fact]
    public void Changes_are_recognised_in_whatever_pieces_the_output_comes() =>
        Gen.Select(Gen.Int[0, Parts.Length - 1].Select(part => Parts[part]).Array[0, 8], Gen.Int[1, 7])
            .Sample((parts, size) =>
            {
                var bytes = Encoding.ASCII.GetBytes(string.Concat(parts));
                var changes = new TerminalChanges();
                foreach (var piece in bytes.Chunk(size))
                    changes.Follow(piece);
                Assert.Equal(Undo(string.Concat(parts)), Encoding.ASCII.GetString(changes.Undo().Span));
            });

    [Fact]
    public void No_bytes_make_the_parser_throw() => Gen.Byte.Array[0, 200].Sample(bytes => new TerminalChanges().Follow(bytes));

    private static string Undo(string written)
    {
        var changes = new TerminalChanges();
        changes.Follow(Encoding.ASCII.GetBytes(written));
        return Encoding.ASCII.GetString(changes.Undo().Span);
    }
}
