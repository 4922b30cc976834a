using System.Text.RegularExpressions;
using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli.Tests;

/// <summary>The table of docs/drop-in.md holds: every option, said truly, with a proof that exists.</summary>
public partial class DropInTableTests
{
    private static readonly string Root = FindRoot();

    private static readonly string[][] Rows =
    [
        .. File.ReadLines(Path.Combine(Root, "docs/drop-in.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal) || line.StartsWith("| SIG", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]),
    ];

    [Fact]
    public void Every_option_is_in_the_table_once()
    {
        var declared = OptionTable.Create(PlanFormatOption.Declare()).All.Select(option => option.Name).Order();
        Assert.Equal(declared, Rows.SelectMany(row => LongOption().Matches(row[0])).Select(match => match.Value).Order());
    }

    [Fact]
    public void Every_proof_is_a_test_that_exists()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).ToLookup(Path.GetFileNameWithoutExtension);
        foreach (var row in Rows)
        {
            var proofs = Proof().Matches(row[2]);
            Assert.True(proofs.Count > 0, $"{row[0]} has no proof");
            Assert.All(proofs, proof =>
            {
                var method = new Regex($@"public (async )?(void|Task) {proof.Groups["method"].Value}\(", RegexOptions.None, TimeSpan.FromSeconds(1));
                Assert.True(sources[proof.Groups["class"].Value].Any(path => method.IsMatch(File.ReadAllText(path))), $"there is no test {proof.Value}");
            });
        }
    }

    [GeneratedRegex("--[a-z][a-z0-9-]*[a-z0-9]", RegexOptions.None, 1000)]
    private static partial Regex LongOption();

    [GeneratedRegex(@"`(?<class>[A-Za-z]+)\.(?<method>[A-Za-z0-9_]+)`", RegexOptions.None, 1000)]
    private static partial Regex Proof();

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Vmspawn.slnx")))
                return directory.FullName;
        }

        throw new InvalidOperationException("the tests run outside of the repository");
    }
}
