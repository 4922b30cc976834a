using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Vmspawn.Tests.Build;

/// <summary>
/// The analyzers report a task that nobody observes, but not one that is discarded. In tests too: its failure is reported in the middle of another test.
/// </summary>
public partial class UnobservedTaskTests
{
    [Fact]
    public void Only_BackgroundTasks_starts_work_that_is_not_awaited()
    {
        Assert.Equal(["BackgroundTasks.cs: _ = FollowAsync("], Found("src"));
        // There a variable that is only kept until then is discarded too.
        Assert.DoesNotContain(Found("tests"), discard => discard.EndsWith('('));
    }

    [Theory]
    [InlineData("_ = RunAsync();", true)]
    [InlineData("        _ = monitor\n            .StopAsync(token);", true)]
    [InlineData("x => _ = Task.Run(Work)", true)]
    [InlineData("_ = reading;", true)]
    [InlineData("_ = work.ContinueWith(Tell);", true)]
    [InlineData("_ = _greeting.Task.Exception;", false)]
    [InlineData("_ = Libc.Unlink(path);", false)]
    [InlineData("var reading_ = ReadAsync();", false)]
    public void A_discarded_task_is_recognised(string code, bool isOne) => Assert.Equal(isOne, Discard().IsMatch(code));

    private static List<string> Found(string part) =>
        [.. Sources(part).SelectMany(path => Discard().Matches(File.ReadAllText(path)).Select(match => $"{Path.GetFileName(path)}: {match.Value}"))];

    private static IEnumerable<string> Sources(string part, [CallerFilePath] string here = "")
    {
        var repository = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
        return Directory.EnumerateFiles(Path.Combine(repository, part), "*.cs", SearchOption.AllDirectories)
            .Where(path => path != here && !Path.GetRelativePath(repository, path).Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"]).Any());
    }

    // A call by the names that tasks come from, or a variable as it is.
    [GeneratedRegex(@"(?<!\w)_ = (?:[^;(]*(?:Async|ContinueWith|Task\.(?:Run|WhenAny|WhenAll|Factory\.StartNew))\(|\w+;)", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Discard();
}
