using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Vmspawn.Tests;

public class ProjectReferenceTests
{
    /// <summary>All edges there may be; the planner and the interop have none.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Vmspawn.Pcie"] = [],
        ["Vmspawn.Linux"] = [],
        ["Vmspawn.Qmp"] = ["Vmspawn.Linux"],
        ["Vmspawn.Varlink"] = ["Vmspawn.Linux"],
        ["Vmspawn"] = ["Vmspawn.Linux", "Vmspawn.Pcie", "Vmspawn.Qmp", "Vmspawn.Varlink"],
        ["Vmspawn.Testing"] = ["Vmspawn", "Vmspawn.Linux"],
        ["Vmspawn.Testing.Xunit"] = ["Vmspawn.Testing"],
        ["Vmspawn.Cli"] = ["Vmspawn"],
    };

    [Fact]
    public void Projects_reference_one_another_in_one_direction_only()
    {
        foreach (var project in Directory.EnumerateFiles(Source(), "*.csproj", SearchOption.AllDirectories))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
            Assert.Equal(Allowed[name], references.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Only_tests_see_what_is_internal()
    {
        foreach (var project in Directory.EnumerateFiles(Source(), "*.csproj", SearchOption.AllDirectories))
        {
            var friends = XDocument.Load(project).Descendants("InternalsVisibleTo").Select(friend => (string)friend.Attribute("Include")!);
            Assert.All(friends, friend => Assert.EndsWith(".Tests", friend, StringComparison.Ordinal));
        }

        var sources = Directory.EnumerateFiles(Source(), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        Assert.DoesNotContain(sources, path => File.ReadAllText(path).Contains("InternalsVisible" + "To", StringComparison.Ordinal));
    }

    private static string Source([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "src");
}
