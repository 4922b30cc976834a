using System.Diagnostics;

namespace Vmspawn.Cli.Tests.Control;

/// <summary>The subcommands as processes, whose output goes nowhere.</summary>
public class ControlOutputTests
{
    private static (int Status, string Error) List(string redirection)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", $"set -o pipefail; \"$0\" list --user --json {redirection}", Path.Combine(AppContext.BaseDirectory, "Vmspawn.Cli")])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["XDG_RUNTIME_DIR"] = start.Environment["TMPDIR"] = "/nonexistent";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

    [Fact]
    public void An_output_that_cannot_be_written_is_a_failure_reported_in_one_line()
    {
        var (status, error) = List(">/dev/full");
        Assert.Equal(1, status);
        Assert.StartsWith("vmspawn: standard output: it cannot be written: ", Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_that_has_gone_is_no_failure() => Assert.Equal((0, ""), List("| (exec <&-; sleep 2)"));
}
