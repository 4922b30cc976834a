using CsCheck;

namespace Vmspawn.Cli.Tests.Texts;

public class IdentityTextTests
{
    [Theory]
    [InlineData("3f2b8c1e-8a53-4d0e-9f1d-0c2a64a4b1a7")]
    [InlineData("3F2B8C1E8A534D0E9F1D0C2A64A4B1A7")]
    public void A_UUID_may_have_its_dashes(string text) =>
        Assert.Equal(Guid.Parse("3f2b8c1e-8a53-4d0e-9f1d-0c2a64a4b1a7"), UuidText.Parse(text).Value);

    [Theory]
    [InlineData("", "uuid")]
    [InlineData("{3f2b8c1e-8a53-4d0e-9f1d-0c2a64a4b1a7}", "uuid")]
    [InlineData("3f2b8c1e8a53-4d0e-9f1d-0c2a64a4b1a7", "uuid")]
    [InlineData("3f2b8c1e-8a534-d0e-9f1d-0c2a64a4b1a7", "uuid")]
    [InlineData(" 3f2b8c1e8a534d0e9f1d0c2a64a4b1a", "uuid")]
    [InlineData("3f2b8c1e-8a53-4d0e-9f1d-0c2a64a4b1ag", "uuid")]
    [InlineData("0x2b8c1e-8a53-4d0e-9f1d-0c2a64a4b1a7", "uuid")]
    [InlineData("00000000-0000-0000-0000-000000000000", "uuid-zero")]
    [InlineData("00000000000000000000000000000000", "uuid-zero")]
    public void What_is_no_UUID_or_all_zero_is_refused(string text, string code) => Assert.Equal(code, UuidText.Parse(text).Mistake?.Code);

    [Fact]
    public void Every_UUID_but_zero_is_read_in_both_forms() =>
        Gen.Guid.Where(uuid => uuid != Guid.Empty).Sample(uuid =>
            UuidText.Parse(uuid.ToString("D")).Value == uuid && UuidText.Parse(uuid.ToString("N").ToUpperInvariant()).Value == uuid);

    [Theory]
    [InlineData("52:54:00:12:34:5F", "52:54:00:12:34:5f")]
    [InlineData("02:00:00:00:00:00", "02:00:00:00:00:00")]
    public void A_MAC_address_is_six_bytes(string text, string mac) => Assert.Equal(mac, MacText.Parse(text).Value);

    [Theory]
    [InlineData("", "mac")]
    [InlineData("52:54:00:12:34", "mac")]
    [InlineData("52:54:00:12:34:56:78", "mac")]
    [InlineData("52-54-00-12-34-56", "mac")]
    [InlineData("5:54:00:12:34:567", "mac")]
    [InlineData("52:54:00:12:34:g6", "mac")]
    [InlineData("01:00:5e:00:00:01", "mac-group")]
    [InlineData("00:00:00:00:00:00", "mac-group")]
    public void Other_MAC_addresses_are_refused(string text, string code) => Assert.Equal(code, MacText.Parse(text).Mistake?.Code);
}
