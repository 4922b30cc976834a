using System.Diagnostics;

namespace Vmspawn.Cli.Tests;

/// <summary>The program as a process: what goes where, and with which status it ends.</summary>
public class ProgramTests
{
    [Fact]
    public void Wrong_usage_says_all_on_standard_error_and_exits_with_2()
    {
        var (status, output, error) = Shell("exec \"$0\" --ram=0 --cpus=0");
        Assert.Equal((2, ""), (status, output));
        Assert.Equal(["vmspawn: --ram=0:", "vmspawn: --cpus=0"], error.Split('\n')[..2].Select(line => line[..17]));
    }

    [Fact]
    public void Help_and_version_go_to_standard_output()
    {
        Assert.Equal((0, HelpText.Write(TextStyle.Plain), ""), Shell("exec \"$0\" --help"));
        Assert.Equal((0, VersionText.Line, ""), Shell("exec \"$0\" --version"));
    }

    private static (int Status, string Output, string Error) Shell(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, Path.Combine(AppContext.BaseDirectory, "Vmspawn.Cli")])
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
    public void An_output_that_cannot_be_written_is_a_failure_reported_in_one_line() =>
        Assert.Equal(
            (1, "", "vmspawn: standard output: it cannot be written: no space left on device\n"),
            Shell("exec \"$0\" --version >/dev/full"));

    [Fact]
    public void A_reader_that_has_gone_away_is_no_failure() =>
        Assert.Equal((0, "0\n", ""), Shell("exec 3>&1; { sleep 1; \"$0\" --version; echo $? >&3; } | true"));

    [Fact]
    public void What_others_write_to_the_same_file_is_kept()
    {
        var file = Path.GetTempFileName();
        try
        {
            Shell($"{{ echo before; \"$0\" --version; echo after; }} >{file}");
            Assert.Equal($"before\n{VersionText.Line}after\n", File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_terminal_gets_the_text_and_nothing_else()
    {
        // script(1) of util-linux runs the command on a pseudo-terminal.
        var (_, output, _) = Shell("script -qec \"$0 --version\" /dev/null </dev/null");
        Assert.Equal(VersionText.Line.Replace("\n", "\r\n"), output);
    }

    [Fact]
    public void Suggestions_go_to_standard_output() => Assert.Equal((0, "read-only\n", ""), Shell("exec \"$0\" '[suggest:20]' 'vmspawn --console re'"));
}
