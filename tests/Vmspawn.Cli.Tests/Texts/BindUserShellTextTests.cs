using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class BindUserShellTextTests
{
    [Theory]
    [InlineData("yes", true, null)]
    [InlineData("0", false, null)]
    [InlineData("", false, null)]
    [InlineData("/bin/bash", false, "/bin/bash")]
    public void A_shell_is_the_hosts_none_or_a_path(string text, bool copies, string? shell)
    {
        var requests = BindUserShellText.Parse(text).Value(new BindUserRequests { Shell = "/before", CopiesShell = true });
        Assert.Equal((copies, shell), (requests.CopiesShell, requests.Shell));
    }

    [Fact]
    public void A_shell_without_a_path_is_refused() => Assert.Equal("bind-user-shell", BindUserShellText.Parse("bash").Mistake?.Code);

    [Theory]
    [InlineData("ann", true)]
    [InlineData("_x-1", true)]
    [InlineData("1a", false)]
    [InlineData("a.b", false)]
    [InlineData("a:b", false)]
    public void Names_are_those_that_every_program_understands(string text, bool isRight) => Assert.Equal(isRight, UserNameText.Parse(text).Mistake is null);
}
