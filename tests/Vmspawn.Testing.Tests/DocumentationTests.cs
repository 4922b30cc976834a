using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Vmspawn.Testing.Tests;

/// <summary>The code of docs/testing.md and of the README of Vmspawn.Testing.Xunit is that of the samples, which are compiled, and run by the system tests.</summary>
public partial class DocumentationTests
{
    [Fact]
    public void The_manual_shows_each_sample()
    {
        Assert.Equal(Samples().Order(StringComparer.Ordinal), Blocks("docs/testing.md").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_readme_shows_a_sample()
    {
        Assert.Contains(Assert.Single(Blocks("src/Vmspawn.Testing.Xunit/README.md")), Samples());
    }

    private static List<string> Samples() => [.. Directory.EnumerateFiles(InRepository("samples/Testing"), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
        .SelectMany(path => Region().Matches(File.ReadAllText(path))).Select(region => Dedented(region.Groups["code"].Value))];

    private static IEnumerable<string> Blocks(string page) => Block().Matches(File.ReadAllText(InRepository(page))).Select(block => block.Groups["code"].Value);

    /// <summary>Without the indentation of the first line.</summary>
    private static string Dedented(string code)
    {
        var indentation = code.Length - code.TrimStart(' ').Length;
        return string.Join('\n', code.Split('\n').Select(line => line.Length >= indentation ? line[indentation..] : line));
    }

    private static string InRepository(string path) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../..", path));

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"^ *// <example>\n(?<code>.*?)^ *// </example>", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Region();

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Block();
}
