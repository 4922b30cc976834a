using System.Runtime.CompilerServices;

namespace Vmspawn.Readme;

/// <summary>The C# of the library's page in docs is the region "page" of PageSample.cs, which is compiled and run, and its output is what the page shows.</summary>
public class PageTests
{
    [Fact]
    public async Task The_code_of_the_page_prints_what_the_page_shows()
    {
        var name = typeof(PageTests).Assembly.GetName().Name![..^".Tests".Length];
        var sample = await File.ReadAllTextAsync(InRepository("tests", $"{name}.Tests", "PageSample.cs"));
        var page = await File.ReadAllTextAsync(InRepository("docs", $"{name["Vmspawn.".Length..].ToLowerInvariant()}.md"));
        Assert.Equal(Dedented(Between(sample, "// <page>\n", "        // </page>")), Between(page, "```csharp\n", "```"));

        var printed = new List<string>();
        await PageSample.RunAsync(printed.Add);
        Assert.Equal(string.Join('\n', printed) + "\n", Between(page, "```\n\nIt prints:\n\n```\n", "```"));
    }

    private static string Between(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal) + from.Length;
        Assert.True(start >= from.Length, $"there is no {from}");
        return text[start..text.IndexOf(to, start, StringComparison.Ordinal)];
    }

    private static string Dedented(string code) => code.Replace("\n        ", "\n", StringComparison.Ordinal)[8..];

    private static string InRepository(params string[] path) => Path.GetFullPath(Path.Combine([Path.GetDirectoryName(Here())!, "../..", .. path]));

    private static string Here([CallerFilePath] string here = "") => here;
}
