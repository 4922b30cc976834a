using System.Text;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Spec;

public class CredentialSetTests
{
    private static string Text(CredentialSet set, string id) =>
        Encoding.UTF8.GetString(Assert.Single(set.All, credential => credential.Id == id).Value.Span);

    [Theory]
    [InlineData("a b c d\n", "e f g h\n")]
    [InlineData("a b c d", "e f g h")]
    public void Our_lines_stand_behind_the_users_own(string theirs, string ours)
    {
        var set = new CredentialSet();
        set.Set("fstab.extra", Encoding.UTF8.GetBytes(theirs));
        set.Append("fstab.extra", Encoding.UTF8.GetBytes(ours));
        Assert.Equal("a b c d\ne f g h\n", Text(set, "fstab.extra"));
    }

    [Fact]
    public void Lines_without_a_credential_of_the_user_make_one_and_a_second_set_joins_them()
    {
        var set = new CredentialSet();
        set.Append("tmpfiles.extra", "d /a"u8);
        set.Append("tmpfiles.extra", "d /b"u8);
        Assert.Equal("d /a\nd /b\n", Text(set, "tmpfiles.extra"));
    }

    [Fact]
    public void A_later_value_replaces_an_earlier_one_and_comes_last()
    {
        var set = new CredentialSet();
        set.Set("a", "1"u8.ToArray());
        set.Set("b", "2"u8.ToArray());
        set.Set("a", "3"u8.ToArray());
        Assert.Equal(["b", "a"], set.All.Select(credential => credential.Id));
        Assert.Equal("3", Text(set, "a"));
    }
}
