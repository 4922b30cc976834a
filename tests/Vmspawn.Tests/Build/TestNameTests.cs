using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Vmspawn.Tests.Build;

/// <summary>What .editorconfig has no rule for.</summary>
public partial class TestNameTests
{
    [Fact]
    public void Each_test_is_named_by_a_sentence_with_underscores()
    {
        var names = Directory.EnumerateFiles(Tests(), "*Tests.cs", SearchOption.AllDirectories)
            .SelectMany(file => Test().Matches(File.ReadAllText(file)).Select(test => test.Groups["name"].Value))
            .ToList();
        Assert.Contains(nameof(Each_test_is_named_by_a_sentence_with_underscores), names);
        Assert.DoesNotContain(names, name => !Sentence().IsMatch(name));
    }

    // The first public method after the attribute: the data of a theory may hold any text.
    [GeneratedRegex(@"^\s*\[(Fact|Theory)\b[\s\S]*?\bpublic (async )?(static )?(Task|void) (?<name>\w+)\(", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Test();

    /// <summary>At least two words, of which the first begins with a capital.</summary>
    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sentence();

    private static string Tests([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
