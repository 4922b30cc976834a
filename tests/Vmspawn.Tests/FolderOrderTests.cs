using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Vmspawn.Tests;

public partial class FolderOrderTests
{
    [Fact]
    public void Every_folder_of_the_machine_is_in_the_order_and_every_folder_of_the_order_exists()
    {
        var folders = Directory.EnumerateDirectories(Machine()).Select(Path.GetFileName)
            .Where(name => name is not ("bin" or "obj"));
        Assert.Equal(Order().Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_folder_uses_only_folders_before_it()
    {
        var order = Order();
        var wrong = new List<string>();
        foreach (var path in Directory.EnumerateFiles(Machine(), "*.cs", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(Machine(), path);
            var folder = relative.Contains(Path.DirectorySeparatorChar) ? relative.Split(Path.DirectorySeparatorChar)[0] : null;
            if (folder is "bin" or "obj")
                continue;
            // The types of the project's own folder come before all folders.
            var place = folder is null ? -1 : order.IndexOf(folder);
            foreach (Match use in Using().Matches(File.ReadAllText(path)))
            {
                var used = order.IndexOf(use.Groups["folder"].Value);
                if (used > place)
                    wrong.Add($"{relative} uses {use.Groups["folder"].Value}");
            }
        }

        Assert.Empty(wrong);
    }

    /// <summary>The one list, in the section "Folders of the machine" of docs/architecture.md.</summary>
    private static List<string> Order()
    {
        var text = File.ReadAllText(Path.Combine(Machine(), "..", "..", "docs", "architecture.md"));
        var line = OrderLine().Match(text);
        Assert.True(line.Success, "docs/architecture.md has no line with the order of folders");
        return [.. line.Value.Split('·', StringSplitOptions.TrimEntries)];
    }

    private static string Machine([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "src", "Vmspawn"));

    // A project beside Vmspawn (Vmspawn.Linux) is no folder of it and is not in the list.
    [GeneratedRegex(@"^(?:global )?using (?:static )?(?:\w+ = )?Vmspawn\.(?<folder>\w+)[.;]", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Using();

    [GeneratedRegex(@"^Options · .*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex OrderLine();
}
