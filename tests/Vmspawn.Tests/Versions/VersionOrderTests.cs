using CsCheck;
using Vmspawn.Versions;

namespace Vmspawn.Tests.Versions;

public class VersionOrderTests
{
    private static readonly Gen<string> Versions = Gen.Char["0019ab-.~^_ "].Array[0, 8].Select(chars => new string(chars));

    // The examples of the UAPI Version Format Specification.
    [Theory]
    [InlineData("11", "11", 0)]
    [InlineData("systemd-123", "systemd-123", 0)]
    [InlineData("bar-123", "foo-123", -1)]
    [InlineData("123a", "123", 1)]
    [InlineData("123.a", "123", 1)]
    [InlineData("123.a", "123.b", -1)]
    [InlineData("123a", "123.a", 1)]
    [InlineData("11α", "11β", 0)]
    [InlineData("B", "a", -1)]
    [InlineData("", "0", -1)]
    [InlineData("0.", "0", 1)]
    [InlineData("0.0", "0", 1)]
    [InlineData("0", "~", 1)]
    [InlineData("", "~", 1)]
    [InlineData("1_", "1", 0)]
    [InlineData("_1", "1", 0)]
    [InlineData("1_", "1.2", -1)]
    [InlineData("1_2_3", "1.3.3", 1)]
    [InlineData("1+", "1", 0)]
    [InlineData("1+2+3", "1.3.3", 1)]
    [InlineData("122.1", "123~rc1-1", -1)]
    [InlineData("123~rc1-1", "123", -1)]
    [InlineData("123-a", "123-a.1", -1)]
    [InlineData("123^post1", "123.a-1", -1)]
    [InlineData("123.1-1", "123a-1", -1)]
    [InlineData("124-1", "123a-1", 1)]
    [InlineData("6.1.0-9-amd64", "6.1.0-10-amd64", -1)]
    [InlineData("007", "7", 0)]
    public void Versions_compare_as_the_specification_says(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(VersionOrder.Compare(left, right)));
        Assert.Equal(-order, Math.Sign(VersionOrder.Compare(right, left)));
    }

    [Fact]
    public void The_order_is_the_same_from_both_sides() => Gen.Select(Versions, Versions).Sample((left, right) =>
        Math.Sign(VersionOrder.Compare(left, right)) == -Math.Sign(VersionOrder.Compare(right, left)));

    [Fact]
    public void A_text_equals_itself() => Gen.String.Sample(text => VersionOrder.Compare(text, text) == 0);
}
