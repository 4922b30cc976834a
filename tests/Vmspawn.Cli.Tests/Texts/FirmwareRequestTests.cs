using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class FirmwareWishTests
{
    [Theory]
    [InlineData("", FirmwareKind.Auto, null)]
    [InlineData("auto", FirmwareKind.Auto, null)]
    [InlineData("uefi", FirmwareKind.Uefi, null)]
    [InlineData("bios", FirmwareKind.Bios, null)]
    [InlineData("none", FirmwareKind.None, null)]
    [InlineData("/a/b.json", FirmwareKind.Uefi, "/a/b.json")]
    [InlineData("./uefi", FirmwareKind.Uefi, "./uefi")]
    public void A_word_or_a_path_is_read(string text, FirmwareKind kind, string? descriptor) =>
        Assert.Equal(new FirmwareRequest(kind, descriptor), FirmwareText.Parse(text).Value);

    [Fact]
    public void A_name_without_a_slash_is_no_path()
    {
        var mistake = FirmwareText.Parse("ovmf.json").Mistake!;
        Assert.Equal("choice", mistake.Code);
        Assert.EndsWith("./ovmf.json", mistake.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_are_required_or_excluded()
    {
        var request = FirmwareFeaturesText.Parse("secure-boot,~amd-sev,,requires-smm").Value!;
        Assert.Equal(["secure-boot", "requires-smm"], request.Required);
        Assert.Equal(["amd-sev"], request.Excluded);
        Assert.Null(FirmwareFeaturesText.Parse("").Value);
    }

    [Theory]
    [InlineData("~")]
    [InlineData("a b")]
    [InlineData("a,~~b")]
    public void What_is_no_name_is_refused(string text) => Assert.Equal("firmware-feature", FirmwareFeaturesText.Parse(text).Mistake!.Code);

    [Fact]
    public void Inclusion_wins_over_exclusion()
    {
        var request = FirmwareFeatures.Default.And(new(["enrolled-keys"], []));
        Assert.True(request.Admit(["enrolled-keys"]));
        Assert.False(request.Admit([]));
        Assert.False(FirmwareFeatures.Default.Admit(["enrolled-keys"]));
        Assert.True(FirmwareFeatures.Any.Admit(["enrolled-keys"]));
    }

    [Fact]
    public void The_last_word_about_one_feature_counts()
    {
        var yes = FirmwareFeatures.Default.With("secure-boot", Tristate.No).With("secure-boot", Tristate.Yes);
        Assert.Equal("secure-boot,~enrolled-keys", yes.ToString());
        Assert.Equal("~enrolled-keys,~secure-boot", yes.With("secure-boot", Tristate.No).ToString());
        Assert.Equal("~enrolled-keys", yes.With("secure-boot", Tristate.Auto).ToString());
    }
}
