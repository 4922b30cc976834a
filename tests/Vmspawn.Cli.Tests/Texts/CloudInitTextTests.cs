namespace Vmspawn.Cli.Tests.Texts;

public class CloudInitTextTests
{
    [Theory]
    [InlineData("yes", true, null)]
    [InlineData("no", false, null)]
    [InlineData("", false, null)]
    [InlineData("./yes", true, "./yes")]
    [InlineData("user-data", true, "user-data")]
    public void The_option_takes_a_path_or_a_word(string text, bool wanted, string? path)
    {
        var request = CloudInitText.Parse(text).Value;
        Assert.Equal((wanted, path), (request is not null, request?.UserData));
    }
}
