using System.Buffers;
using System.Text;
using CsCheck;
using Vmspawn.Cli.Running.Terminal;

namespace Vmspawn.Cli.Tests.Running.Terminal;

public sealed class BackgroundTests
{
    private const string Ours = "\e[44m";

    [Theory]
    [InlineData("plain\r\ntext", "plain\r\ntext")]
    [InlineData("\e[0mx", "\e[0m" + Ours + "x")]
    [InlineData("\e[mx", "\e[m" + Ours + "x")]
    [InlineData("\e[1;mx", "\e[1;m" + Ours + "x")]
    [InlineData("\e[49mx", "\e[49m" + Ours + "x")]
    [InlineData("\e[31mx", "\e[31mx")]
    [InlineData("\e[0;41mx", "\e[0;41mx")]
    [InlineData("\e[41;0mx", "\e[41;0m" + Ours + "x")]
    [InlineData("\e[38;5;0mx", "\e[38;5;0mx")]
    [InlineData("\e[48;2;0;0;0mx", "\e[48;2;0;0;0mx")]
    [InlineData("\e[38;2;0;49;0;0mx", "\e[38;2;0;49;0;0m" + Ours + "x")]
    [InlineData("\e[38:2::0:0:0mx", "\e[38:2::0:0:0mx")]
    [InlineData("\e[?0mx", "\e[?0mx")]
    [InlineData("\e[0Kx", "\e[0Kx")]
    [InlineData("\ecx", "\ec" + Ours + "x")]
    [InlineData("\e[0", "\e[0")]
    public void The_colour_is_set_again_exactly_after_what_takes_it_away(string written, string expected) =>
        Assert.Equal(expected, Apply([written]));

    [Fact]
    public void The_result_is_the_same_in_whatever_pieces_the_output_comes() =>
        Gen.Select(Gen.OneOf(Gen.Const("\e[0m"), Gen.Const("\e[48;5;0m"), Gen.Const("\ec"), Gen.Const("\e[;1m"), Gen.String[Gen.Char[' ', '~'], 0, 6]).Array[1, 12], Gen.Int[1, 9])
            .Sample((pieces, size) =>
            {
                var whole = string.Concat(pieces);
                return Apply([whole]) == Apply([.. whole.Chunk(size).Select(chunk => new string(chunk))]);
            });

    [Theory]
    [InlineData(null, null, "xterm", true)]
    [InlineData(null, "1", "xterm", false)]
    [InlineData(null, null, "dumb", false)]
    [InlineData(null, null, null, false)]
    [InlineData("41", "1", "dumb", true)]
    [InlineData("", null, "xterm", false)]
    public void Colour_is_used_where_the_terminal_supports_it_or_on_request(string? request, string? noColor, string? term, bool expected) =>
        Assert.Equal(expected, !string.IsNullOrEmpty(ConsoleSpec.ChooseBackground(request, Variables(("TERM", term), ("NO_COLOR", noColor)))));

    [Theory]
    [InlineData("1", "1", "dumb", true)]
    [InlineData("auto-256", null, null, true)]
    [InlineData("no", null, "xterm", false)]
    [InlineData("perhaps", null, "xterm", null)]
    [InlineData(null, null, "xterm", null)]
    [InlineData(null, "1", "xterm", false)]
    public void Systemds_variable_for_colours_decides_before_the_others(string? systemd, string? noColor, string? term, bool? expected) =>
        Assert.Equal(expected, ColorRequest.Of(Variables(("SYSTEMD_COLORS", systemd), ("NO_COLOR", noColor), ("TERM", term))));

    private static Func<string, string?> Variables(params (string Name, string? Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;

    private static string Apply(string[] chunks)
    {
        var background = new Background("44");
        var target = new ArrayBufferWriter<byte>();
        foreach (var chunk in chunks)
            background.Apply(Encoding.Latin1.GetBytes(chunk), target);
        return Encoding.Latin1.GetString(target.WrittenSpan);
    }
}
