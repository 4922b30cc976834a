using System.Diagnostics;

namespace Vmspawn.Cli.Tests;

/// <summary>The program as a process: what goes where, and with which status it ends.</summary>
public class ProgramTests
{
    private static (int Status, string Output, string Error) Start(params string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Vmspawn.Cli"), args)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [Fact]
    public void Wrong_usage_says_all_on_standard_error_and_exits_with_2()
    {
        var (status, output, error) = Start("--ram=0", "--cpus=0");
        Assert.Equal((2, ""), (status, output));
        Assert.Equal(["vmspawn: --ram=0:", "vmspawn: --cpus=0"], error.Split('\n')[..2].Select(line => line[..17]));
    }

    [Fact]
    public void Help_and_version_go_to_standard_output()
    {
        Assert.Equal((0, HelpText.Write(TextStyle.Plain), ""), Start("--help"));
        Assert.Equal((0, VersionText.Line, ""), Start("--version"));
    }

    [Fact]
    public void An_output_that_cannot_be_written_is_a_failure_said_in_one_line()
    {
        var shell = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" --version >/dev/full", Path.Combine(AppContext.BaseDirectory, "Vmspawn.Cli")])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var process = Process.Start(shell)!;
        Assert.StartsWith("vmspawn: standard output: it cannot be written: ", Assert.Single(process.StandardError.ReadToEnd().TrimEnd().Split('\n')), StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
    }

    [Fact]
    public void Suggestions_go_to_standard_output() => Assert.Equal((0, "read-only\n", ""), Start("[suggest:20]", "vmspawn --console re"));
}
