using CsCheck;

namespace Vmspawn.Cli.Tests.Texts;

public class TextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("44")]
    [InlineData("48;2;0;20;0")]
    [InlineData("48:5:22")]
    public void SGR_colours_are_backgrounds(string text) => Assert.Equal(text, BackgroundText.Parse(text).Value);

    [Theory]
    [InlineData("green")]
    [InlineData("256")]
    [InlineData("48;")]
    [InlineData("44m")]
    [InlineData("\e[44")]
    [InlineData("1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1")]
    public void What_is_no_colour_never_reaches_the_terminal(string text) => Assert.Equal("background", BackgroundText.Parse(text).Mistake?.Code);

    [Fact]
    public void A_background_is_digits_and_separators_alone() =>
        Gen.String[Gen.Char["0123456789;:m\e["], 0, 20].Sample(text =>
            BackgroundText.Parse(text).Mistake is not null || text.All(c => char.IsAsciiDigit(c) || c is ';' or ':'));

    [Theory]
    [InlineData("io.systemd.stub.kernel-cmdline-extra=quiet", null)]
    [InlineData("ä", null)]
    [InlineData("a,b", null)]
    [InlineData("a\0b", "smbios-nul")]
    [InlineData("a\ufffdb", "smbios-utf8")]
    public void SMBIOS_strings_are_UTF8_without_NUL(string text, string? code) => Assert.Equal(code, SmbiosText.Parse(text).Mistake?.Code);

    [Fact]
    public void An_unpaired_surrogate_is_refused() => Assert.Equal("smbios-utf8", SmbiosText.Parse("a\ud83d").Mistake?.Code);

    [Theory]
    [InlineData("xterm-256color", "xterm-256color")]
    [InlineData("vt220+keypad", "vt220+keypad")]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("x y", null)]
    [InlineData("x\ninit=/bin/sh", null)]
    [InlineData("../x", null)]
    public void Only_a_terminal_name_goes_to_the_kernel(string? term, string? accepted) => Assert.Equal(accepted, TerminalText.Accept(term));

    [Fact]
    public void An_empty_value_resets_a_path() => Assert.Null(PathText.Parse("").Value);

    [Fact]
    public void A_path_that_is_no_valid_UTF8_is_refused() => Assert.Equal("path", PathText.Parse("a\ufffd").Mistake?.Code);
}
