namespace Vmspawn.Cli.Tests;

public class SuggestionsTests
{
    private static async Task<string[]> SuggestAsync(string line)
    {
        var words = Assert.IsType<Suggest>(CommandLine.Parse("vmspawn", [$"[suggest:{line.Length}]", line], new Dictionary<string, string>())).Words;
        return (await Suggestions.OfAsync(words, (_, _) => Task.FromResult<IEnumerable<string>>([]))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public async Task Options_complete() => Assert.Equal(["--console", "--console-transport"], await SuggestAsync("vmspawn --cons"));

    [Fact]
    public async Task Values_complete() => Assert.Equal(["packed", "ports"], await SuggestAsync("vmspawn --pcie-layout p"));

    [Fact]
    public async Task Subcommands_complete_and_bring_their_own_options()
    {
        Assert.Contains("plan", await SuggestAsync("vmspawn pl"));
        Assert.Equal(["--format"], await SuggestAsync("vmspawn plan --form"));
        Assert.Empty(await SuggestAsync("vmspawn run --form"));
    }

    [Fact]
    public async Task Names_of_images_complete_behind_run_and_plan_only()
    {
        Assert.Contains("debian-13", await SuggestAsync("vmspawn run deb"));
        Assert.Contains("busybox", await SuggestAsync("vmspawn plan busy"));
        Assert.Empty(await SuggestAsync("vmspawn run --image deb"));
        Assert.DoesNotContain("debian-13", await SuggestAsync("vmspawn deb"));
    }

    [Fact]
    public async Task A_path_gets_no_suggestion() => Assert.Empty(await SuggestAsync("vmspawn --image "));

    [Fact]
    public async Task A_response_file_is_never_read() => Assert.NotNull(await SuggestAsync("vmspawn @/nonexistent --cons"));
}
