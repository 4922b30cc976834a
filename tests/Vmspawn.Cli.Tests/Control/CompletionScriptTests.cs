using System.Diagnostics;

namespace Vmspawn.Cli.Tests.Control;

/// <summary>What the script for bash hands to the program, and what it makes of the answer.</summary>
public class CompletionScriptTests
{
    private static string Script
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(directory!.FullName, "Vmspawn.slnx")))
                directory = directory.Parent;
            return Path.Combine(directory.FullName, "packaging", "completions", "vmspawn.bash");
        }
    }

    // The program is a function here, which shows its line among the words it offers.
    private static string[] Complete(string typed, string answer = "")
    {
        const string Program = """
            . "$0"
            exec 3>&2
            vmspawn() { printf '%s\n' "$2" >&3; printf '%s\n' $ANSWER; }
            COMP_LINE=$TYPED COMP_POINT=${#TYPED}
            _vmspawn
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var start = new ProcessStartInfo("bash", ["-c", Program, Script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TYPED"] = typed;
        start.Environment["ANSWER"] = answer;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        return [error.Result.TrimEnd('\n'), .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    [Theory]
    [InlineData("vmspawn detach web d", "vmspawn detach web d")]
    [InlineData("/usr/bin/vmspawn  status  web ", "vmspawn status web ")]
    [InlineData("vmspawn detach --no-wait web ", "vmspawn detach --no-wait web ")]
    [InlineData("vmspawn attach web --type=n", "vmspawn attach web --type n")]
    [InlineData("vmspawn st", "vmspawn st")]
    [InlineData("vmspawn run -i disk --cons", "vmspawn run --cons")]
    [InlineData("vmspawn -i disk --console re", "vmspawn --console re")]
    [InlineData("vmspawn --console=re", "vmspawn --console re")]
    public void The_script_passes_the_words_before_the_cursor_without_run_and_finished_options(string typed, string asked) => Assert.Equal(asked, Complete(typed)[0]);

    [Fact]
    public void The_shell_offers_the_words_of_the_answer_that_begin_as_typed() =>
        Assert.Equal(["web", "web2"], Complete("vmspawn status w", "db web web2")[1..]);
}
