using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli.Tests;

public class SuggestionsTests
{
    private static string[] Suggest(string line)
    {
        var words = Assert.IsType<Suggest>(CommandLine.Parse("vmspawn", [$"[suggest:{line.Length}]", line], new Dictionary<string, string>())).Words;
        return Suggestions.Of(words, (_, _) => []).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Options_complete() => Assert.Equal(["--console", "--console-transport"], Suggest("vmspawn --cons"));

    [Fact]
    public void Values_complete() => Assert.Equal(["packed", "ports"], Suggest("vmspawn --pcie-layout p"));

    [Fact]
    public void Subcommands_complete_and_bring_their_own_options()
    {
        Assert.Contains("plan", Suggest("vmspawn pl"));
        Assert.Equal(["--format"], Suggest("vmspawn plan --form"));
        Assert.Empty(Suggest("vmspawn run --form"));
    }

    [Fact]
    public void A_path_has_no_suggestion_of_ours() => Assert.Empty(Suggest("vmspawn --image "));

    [Fact]
    public void Nothing_is_suggested_that_would_be_refused()
    {
        var later = OptionTable.Create().All.Where(option => option.Availability == Availability.Later).Select(option => option.Name);
        Assert.Empty(Suggest("vmspawn -").Intersect(later));
    }

    [Fact]
    public void A_response_file_is_never_read() => Assert.NotNull(Suggest("vmspawn @/nonexistent --cons"));
}
