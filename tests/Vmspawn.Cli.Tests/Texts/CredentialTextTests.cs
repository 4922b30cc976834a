using System.Text;
using CsCheck;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class CredentialTextTests
{
    [Theory]
    [InlineData("id:value", "value")]
    [InlineData("id:", "")]
    [InlineData("id:a:b", "a:b")]
    [InlineData(@"id:a\nb\t\\\s\""\'", "a\nb\t\\ \"'")]
    [InlineData(@"id:\a\b\f\r\v", "\a\b\f\r\v")]
    [InlineData(@"id:\x41\102\u00e4\U0001f600", "ABä😀")]
    [InlineData(@"id:nul\x00\000", "nul\0\0")]
    [InlineData("id:ä", "ä")]
    public void The_escapes_of_a_value_are_resolved(string text, string value)
    {
        var credential = Assert.IsType<LiteralCredential>(CredentialText.ParseSet(text).Value);
        Assert.Equal("id", credential.Id);
        Assert.Equal(Encoding.UTF8.GetBytes(value), credential.Value.ToArray());
    }

    [Fact]
    public void Any_byte_can_be_written()
    {
        var text = "id:" + string.Concat(Enumerable.Range(0, 256).Select(b => $"\\x{b:x2}"));
        var credential = Assert.IsType<LiteralCredential>(CredentialText.ParseSet(text).Value);
        Assert.Equal(Enumerable.Range(0, 256).Select(b => (byte)b), credential.Value.ToArray());
    }

    [Theory]
    [InlineData(@"id:\", 4)]
    [InlineData(@"id:ab\q", 6)]
    [InlineData(@"id:\x4", 4)]
    [InlineData(@"id:\xg0", 4)]
    [InlineData(@"id:\18", 4)]
    [InlineData(@"id:\777", 4)]
    [InlineData(@"id:\ud800", 4)]
    [InlineData(@"id:\U00110000", 4)]
    [InlineData(@"id:ok\\\ ", 8)]
    public void A_backslash_that_begins_no_escape_is_named_by_its_position(string text, int position)
    {
        var mistake = CredentialText.ParseSet(text).Mistake;
        Assert.Equal("credential-escape", mistake?.Code);
        Assert.Contains($"position {position} ", mistake!.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id", "credential")]
    [InlineData("", "credential")]
    [InlineData(":value", "credential-id")]
    [InlineData(".:v", "credential-id")]
    [InlineData("..:v", "credential-id")]
    [InlineData("a/b:v", "credential-id")]
    [InlineData("ä:v", "credential-id")]
    [InlineData("a\nb:v", "credential-id")]
    public void A_credential_needs_a_name_that_is_a_file_name(string text, string code)
    {
        Assert.Equal(code, CredentialText.ParseSet(text).Mistake?.Code);
        Assert.Equal(code, CredentialText.ParseLoad(text).Mistake?.Code);
    }

    [Fact]
    public void A_name_has_at_most_255_characters()
    {
        Assert.True(CredentialText.IsValidId(new string('a', 255)));
        Assert.False(CredentialText.IsValidId(new string('a', 256)));
    }

    [Theory]
    [InlineData("id:/a/b", "/a/b")]
    [InlineData("id:name", "name")]
    [InlineData(@"id:C:\x", @"C:\x")]
    public void A_path_is_taken_literally(string text, string path) =>
        Assert.Equal(new LoadedCredential("id", path), CredentialText.ParseLoad(text).Value);

    [Fact]
    public void A_credential_without_path_is_refused() => Assert.Equal("credential-path", CredentialText.ParseLoad("id:").Mistake?.Code);

    [Fact]
    public void Resolving_what_was_escaped_gives_the_same_bytes() =>
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            var escaped = string.Concat(bytes.Select(b => b is >= 0x20 and < 0x7f and not (byte)'\\' ? ((char)b).ToString() : $"\\{Convert.ToString(b, 8).PadLeft(3, '0')}"));
            var (resolved, wrongAt) = CEscape.Resolve(escaped);

            // Octal escapes reach 0377, as in C.
            return wrongAt == -1 && resolved!.AsSpan().SequenceEqual(bytes);
        });

    [Fact]
    public void No_text_makes_the_parser_throw() =>
        Gen.String[Gen.Char["\\xuU0189afns\"' é"], 0, 24].Sample(text => _ = CEscape.Resolve(text));
}
