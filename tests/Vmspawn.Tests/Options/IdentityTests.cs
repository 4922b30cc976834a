using CsCheck;
using Vmspawn.Options;

namespace Vmspawn.Tests.Options;

public class IdentityTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("guest")]
    [InlineData("Guest-1.example.org")]
    [InlineData("0")]
    [InlineData("a--b")]
    public void Host_names_are_machine_names(string text) => Assert.Equal(text, MachineNameText.Parse(text).Value);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a..b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a.-b")]
    [InlineData("a-.b")]
    [InlineData("a_b")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("../a")]
    [InlineData("häuschen")]
    [InlineData("a\nb")]
    public void Other_names_are_refused(string text) => Assert.Equal("machine-name", MachineNameText.Parse(text).Mistake?.Code);

    [Fact]
    public void A_machine_name_has_at_most_64_characters()
    {
        Assert.Null(MachineNameText.Parse(new string('a', 64)).Mistake);
        Assert.NotNull(MachineNameText.Parse(new string('a', 65)).Mistake);
    }

    [Fact]
    public void A_valid_name_is_always_one_safe_file_name() =>
        Gen.String[Gen.Char["ab1-./_ "], 0, 70].Sample(text =>
            !MachineNameText.IsValid(text) || (text.Length is > 0 and <= 64 && !text.Contains('/') && text[0] is not '.' and not '-'));
}
