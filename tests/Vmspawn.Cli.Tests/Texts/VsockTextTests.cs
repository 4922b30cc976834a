using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class VsockTextTests
{
    [Theory]
    [InlineData("yes", VsockMode.Yes), InlineData("1", VsockMode.Yes), InlineData("off", VsockMode.No), InlineData("", VsockMode.Auto)]
    [InlineData("auto", VsockMode.Auto), InlineData("user", VsockMode.User)]
    public void A_mode_is_a_tristate_or_user(string text, VsockMode mode) => Assert.Equal(mode, VsockText.ParseMode(text).Value);

    [Theory]
    [InlineData("kernel"), InlineData("User"), InlineData("2")]
    public void Other_words_are_no_mode(string text) => Assert.Equal("vsock", VsockText.ParseMode(text).Mistake!.Code);

    [Fact]
    public void Context_ids_are_those_that_a_guest_can_have()
    {
        Assert.Equal([3u, 4294967294u, null], new[] { "3", "4294967294", "" }.Select(text => VsockText.ParseCid(text).Value));
        Assert.All(["2", "0", "4294967295", "-3", " 3", "0x3", "99999999999"], text => Assert.NotNull(VsockText.ParseCid(text).Mistake));
    }

    [Fact]
    public void A_type_of_key_is_a_word_that_is_no_option()
    {
        Assert.Equal(["ed25519", "rsa", "ecdsa-sk"], new[] { "", "rsa", "ecdsa-sk" }.Select(text => SshKeyTypeText.Parse(text).Value));
        Assert.All(["-t", "a b", "rsa;ls"], text => Assert.NotNull(SshKeyTypeText.Parse(text).Mistake));
    }
}
