using System.Runtime.CompilerServices;

namespace Vmspawn.Readme;

/// <summary>The C# of the package's README is the region "readme" of ReadmeSample.cs, which is compiled, and run by the project's own tests.</summary>
public class ReadmeTests
{
    [Fact]
    public void The_code_of_the_readme_is_code_that_is_compiled()
    {
        var name = typeof(ReadmeTests).Assembly.GetName().Name![..^".Tests".Length];
        var repository = Repository();
        var sample = File.ReadAllText(Path.Combine(repository, "tests", $"{name}.Tests", "ReadmeSample.cs"));
        var readme = File.ReadAllText(Path.Combine(repository, "src", name, "README.md"));
        Assert.Equal(Lines(Between(sample, "// <readme>\n", "// </readme>")), Lines(Between(readme, "```csharp\n", "```")));
    }

    private static string Between(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal) + from.Length;
        return text[start..text.IndexOf(to, start, StringComparison.Ordinal)];
    }

    /// <summary>Without the indentation of the first line.</summary>
    private static string[] Lines(string code)
    {
        var lines = code.TrimEnd().Split('\n');
        var indentation = lines[0].Length - lines[0].TrimStart().Length;
        return [.. lines.Select(line => line.Length >= indentation ? line[indentation..] : line)];
    }

    private static string Repository([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "../.."));
}
