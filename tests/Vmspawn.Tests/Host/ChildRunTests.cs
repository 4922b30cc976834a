using System.Diagnostics;
using Vmspawn.Host;

namespace Vmspawn.Tests;

public class ChildRunTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_output_and_the_end_of_a_program_are_reported()
    {
        var run = await Shell("echo out; echo bad >&2; exit 3", Bound);
        Assert.Equal(new ChildRun(3, false, "out\n", "bad\n"), run);
        Assert.Equal(128 + 9, (await Shell("kill -9 $$", Bound)).ExitCode);
    }

    [Fact]
    public async Task A_process_that_it_left_behind_with_its_pipes_is_not_waited_for()
    {
        var clock = Stopwatch.StartNew();
        var run = await Shell("echo out; sleep 40 & exit 0", Bound);
        Assert.Equal((0, "out\n"), (run.ExitCode, run.Output));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_bound_holds_also_when_the_pipes_stay_open()
    {
        var clock = Stopwatch.StartNew();
        var run = await Shell("echo out; sleep 40 & wait", TimeSpan.FromSeconds(2));
        Assert.True(run.TimedOut);
        Assert.Null(run.ExitCode);
        Assert.Equal("out\n", run.Output);
        Assert.StartsWith("it did not end within 2 s", run.Error, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_cancelled_run_ends_its_program()
    {
        using var stop = new CancellationTokenSource();
        var file = Path.GetTempFileName();
        try
        {
            var run = ChildRun.Run("/bin/sh", ["-c", $"echo $$ >{file}; exec sleep 40"], Bound, stop.Token);
            while (new FileInfo(file).Length == 0)
                await Task.Delay(20);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
            var status = $"/proc/{File.ReadAllText(file).Trim()}/cmdline";
            for (var tries = 0; tries < 500 && File.Exists(status) && File.ReadAllText(status).Contains("sleep", StringComparison.Ordinal); tries++)
                await Task.Delay(20);
            Assert.False(File.Exists(status) && File.ReadAllText(status).Contains("sleep", StringComparison.Ordinal), "it lives on");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Task<ChildRun> Shell(string script, TimeSpan bound) => ChildRun.Run("/bin/sh", ["-c", script], bound);
}
