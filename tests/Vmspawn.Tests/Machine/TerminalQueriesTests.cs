using System.Buffers;
using System.Text;
using CsCheck;

namespace Vmspawn.Tests.Machine;

public sealed class TerminalQueriesTests
{
    [Theory]
    [InlineData("\e[c"), InlineData("\e[0c"), InlineData("\e[>c"), InlineData("\e[>0;0c"), InlineData("\e[=c")]
    [InlineData("\e[5n"), InlineData("\e[6n"), InlineData("\e[?6n"), InlineData("\e[?15n"), InlineData("\e[?996n")]
    [InlineData("\e[x"), InlineData("\e[1x"), InlineData("\e[>q"), InlineData("\e[>0q"), InlineData("\eZ"), InlineData("\u0005")]
    [InlineData("\e[?2026$p"), InlineData("\e[4$p"), InlineData("\e[?u"), InlineData("\e[?4m"), InlineData("\e[1$w"), InlineData("\e[2$u"), InlineData("\e[&u"), InlineData("\e[+x")]
    [InlineData("\e[1;1;1;1;5;5*y"), InlineData("\e[\"v"), InlineData("\e['|"), InlineData("\e[?1;1;0S"), InlineData("\e[#S"), InlineData("\e[1;1;2;2#|"), InlineData("\e[#R")]
    [InlineData("\e[11t"), InlineData("\e[13;2t"), InlineData("\e[14t"), InlineData("\e[14;2t"), InlineData("\e[16t"), InlineData("\e[18t"), InlineData("\e[018t"), InlineData("\e[19t"), InlineData("\e[20t"), InlineData("\e[21t")]
    [InlineData("\e]10;?\a"), InlineData("\e]11;?\e\\"), InlineData("\e]4;1;?\a"), InlineData("\e]4;1;red;2;?\a"), InlineData("\e]52;c;?\a"), InlineData("\e]50;?\a"), InlineData("\e]22;?__current__\a")]
    [InlineData("\e]21;foreground=?\e\\"), InlineData("\e]99;i=1:p=?;\e\\"), InlineData("\e]60\a"), InlineData("\e]61;x\a"), InlineData("\e]1337;ReportCellSize\a"), InlineData("\e]1337;RequestUpload=format=tgz\a"), InlineData("\e]1337;Capabilities\a")]
    [InlineData("\eP$qm\e\\"), InlineData("\eP+q544e\e\\"), InlineData("\eP+Q666f6e74\e\\"), InlineData("\ePtmux;\e\e[6n\e\\"), InlineData("\e_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\e\\")]
    [InlineData("\u009b6n"), InlineData("\u009d11;?\u009c"), InlineData("\u0090$qm\u009c"), InlineData("\u009a")]
    public void What_a_terminal_answers_is_removed(string query) => Assert.Equal("ab", Removed($"a{query}b"));

    [Theory]
    [InlineData("plain\ttext\r\n\a\b\u00e4\u00a0\u20ac\ud83d\ude00")]
    [InlineData("\e[1;31mred\e[0m\e[38;2;1;2;3m\e[>4;2m\e[2J\e[H\e[10;5H\e[K\e[3g\e[4h\e[1;5r\e[2 q\e[s\e[u\e[>1u\e[<u\e[=1u\e[3S")]
    [InlineData("\e[?1049h\e[?25l\e[?2004h\e[?1000;1006h\e[?1c\e[>4n\e[!p\e[61\"p\e[1$r\e[1;2;3;4$x\e[?5i\e[22;2t\e[23t\e[8;24;80t\e[1t\e[>2t")]
    [InlineData("\e(B\e#8\e=\e>\e7\e8\eD\eM\ec\e%G\e F\eOA")]
    [InlineData("\e]0;what?;?\a\e]2;?\e\\\e]8;;http://x/?a=?\e\\link\e]8;;\e\\\e]7;file://h/?\a\e]133;A;?\a\e]4;1;#ff0000\a\e]11;rgb:0/0/0\a\e]52;c;aGk=\a\e]104\a\e]1337;SetMark\a")]
    [InlineData("\ePq#0;2;0;0;0~\e\\\eP1$tx\e\\\e_other\e\\\e^pm?\e\\\eXsos\e\\\u009b31m\u009dtitle\u009c\u00a9\u00c2")]
    [InlineData("\e[6\u0018n \e[6\u001an \e]11;?\u0018 \e[12\e[1m")]
    public void Everything_else_passes_as_it_is(string output) => Assert.Equal(output, Removed(output));

    [Theory]
    [InlineData("\e[6\nn", "\n")]
    [InlineData("\e[\u0005\u007f6n", "\u007f")]
    [InlineData("\e]11;?\e[1mx", "\e[1mx")]
    [InlineData("\e\e[6nx", "\ex")]
    public void A_query_in_which_something_else_is_executed_is_removed_without_it(string output, string rest) => Assert.Equal(rest, Removed(output));

    [Fact]
    public void A_long_string_passes_and_a_long_control_sequence_does_not()
    {
        var image = $"\e]1337;File=:{new string('A', 20_000)}\a";
        Assert.Equal($"{image}b", Removed($"{image}\e[{new string('0', 20_000)}6nb"));
    }

    [Theory]
    [InlineData("x\e[6", "x\e[6")]
    [InlineData("x\e]11;?\e", "x\e]11;?\e")]
    [InlineData("x\e", "x\e")]
    public void A_query_that_is_not_complete_at_the_end_of_the_past_is_left_to_what_follows(string past, string rest) => Assert.Equal(rest, Removed(past));

    [Fact]
    public void The_pieces_in_which_bytes_come_do_not_matter_and_nothing_is_left_to_remove() =>
        Gen.Select(Gen.OneOf("a", "\u00e4", "\ud83d\ude00", "\e", "[", "]", "?", ";", "6", "n", "c", "$", "q", "m", "\a", "\\", "\n", "P", "(", "\u009b", "\u0005").Array[0, 40], Gen.Int[1, 4]).Sample((parts, size) =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(parts));
            var removed = Removed([bytes]);
            Assert.Equal(removed, Removed(bytes.Chunk(size)));
            Assert.True(removed.Length <= bytes.Length);
        });

    private static string Removed(string output) => Encoding.UTF8.GetString(Removed([Encoding.UTF8.GetBytes(output)]));

    private static byte[] Removed(IEnumerable<byte[]> pieces)
    {
        var (queries, rest) = (new TerminalQueries(), new ArrayBufferWriter<byte>());
        foreach (var piece in pieces)
            queries.Remove(piece, rest);
        queries.End(rest);
        return rest.WrittenSpan.ToArray();
    }
}
