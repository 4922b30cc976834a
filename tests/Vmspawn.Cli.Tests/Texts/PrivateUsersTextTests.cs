using CsCheck;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class PrivateUsersTextTests
{
    [Theory]
    [InlineData("100000", 100000u, 65536u)]
    [InlineData("0:1", 0u, 1u)]
    [InlineData("4294967294:1", 4294967294u, 1u)]
    public void A_range_is_its_first_id_and_a_count(string text, uint first, uint count) => Assert.Equal(new IdRange(first, count), PrivateUsersText.Parse(text).Value);

    [Theory]
    [InlineData("yes")]
    [InlineData("1:2:3")]
    [InlineData("-1")]
    [InlineData("5:0")]
    [InlineData("4294967295:1")]
    [InlineData("4294967294:2")]
    public void What_is_no_range_is_refused(string text) => Assert.Equal("private-users", PrivateUsersText.Parse(text).Mistake?.Code);

    [Fact]
    public void A_range_is_accepted_exactly_when_its_last_id_is_valid() => Gen.Select(Gen.UInt, Gen.UInt).Sample((first, count) =>
        (PrivateUsersText.Parse($"{first}:{count}").Mistake is null) == (count > 0 && (long)first + count <= uint.MaxValue));
}
