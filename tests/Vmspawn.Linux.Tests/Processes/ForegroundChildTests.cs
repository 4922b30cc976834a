using System.Diagnostics;

namespace Vmspawn.Linux.Tests;

public sealed class ForegroundChildTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_foreground_child_has_the_streams_and_all_variables_and_its_exit_status_is_returned()
    {
        var spec = ChildPrograms.Spec("foreground", "echo $MINE ${LANG-none}; exit 7") with
        {
            Environment = new Dictionary<string, string?> { ["MINE"] = "of the user", ["LANG"] = null },
        };
        var (text, exit) = await Output.OfAsync(spec);
        Assert.Equal("started\nof the user none\nexited with status 7\n", text);
        Assert.Equal(7, exit.ExitCode);
    }

    [Fact]
    public async Task When_a_foreground_child_is_stopped_this_process_stops_and_continues_with_it()
    {
        using var parent = ChildProcess.Start(ChildPrograms.Spec("foreground", "kill -STOP $$; exit 5"));
        await ReachesAsync(parent.Id, 'T');
        // As a shell does for "fg".
        using (var kill = Process.Start("kill", ["-CONT", "--", $"-{parent.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(5, (await parent.Exited.WaitAsync(Bound, TestContext.Current.CancellationToken)).ExitCode);
    }

    [Fact]
    public async Task A_signal_to_this_process_is_the_childs()
    {
        using var pipe = Pipe.Create();
        using var parent = ChildProcess.Start(
            ChildPrograms.Spec("foreground", "trap 'echo told; exit 3' TERM; echo ready; while :; do sleep 0.05; done") with { StandardOutput = pipe.WriteEnd });
        pipe.WriteEnd.Dispose();
        while (await Output.ReadLineAsync(pipe.ReadEnd) != "ready")
        {
        }

        parent.Send(Signal.SIGTERM);
        Assert.Equal("told", await Output.ReadLineAsync(pipe.ReadEnd));
        Assert.Equal(3, (await parent.Exited.WaitAsync(Bound, TestContext.Current.CancellationToken)).ExitCode);
    }

    private static async Task ReachesAsync(int process, char state)
    {
        for (var watch = Stopwatch.StartNew(); ProcessState.Of(process) != state; await Task.Delay(20))
            Assert.True(watch.Elapsed < Bound, $"the state is {ProcessState.Of(process)}");
    }
}
