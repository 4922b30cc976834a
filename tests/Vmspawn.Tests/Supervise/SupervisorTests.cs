using Vmspawn.Linux;
using Vmspawn.Supervise;

namespace Vmspawn.Tests.Supervise;

/// <summary>What a supervisor makes of QEMU's, the helpers' and the monitor's ends, whatever their order.</summary>
public sealed class SupervisorTests
{
    private static readonly ChildExit Success = new(0, null);
    private static readonly ChildExit Failure = new(1, null);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_end_of_qemu_ends_the_run_and_every_wait_for_the_monitor_in_every_order_of_events()
    {
        string[] events = ["greeting", "monitor", "qemu", "helper", "signal"];
        foreach (var order in Permutations(events))
        {
            await using var run = new SupervisedRun(["passt (the network)"]);
            foreach (var happens in order)
                Happen(run, happens);
            var (end, _) = await run.EndsWithinAsync(Soon);
            Assert.True(run.Slot.Lost.IsCompleted, string.Join(' ', order));
            Assert.True(end.Status is 0 or 1);
        }
    }

    [Fact]
    public async Task A_qemu_that_dies_before_it_greets_ends_the_run_although_its_monitor_stays_open()
    {
        await using var run = new SupervisedRun();
        run.Stderr = "no such drive";
        run.StderrEnds();
        run.QemuExits(Failure);
        var (end, took) = await run.EndsWithinAsync(Soon);
        Assert.Equal(["QEMU: exited with status 1:", "  no such drive"], end.Errors);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.True(run.Slot.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_process_that_holds_qemus_standard_error_is_waited_for_a_second_and_not_mentioned()
    {
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.Stderr = "assertion failed";
        run.Monitor.Dispose();
        run.QemuExits(new ChildExit(null, Signal.SIGABRT));
        var (end, took) = await run.EndsWithinAsync(Soon);
        Assert.Equal(["QEMU: was killed by SIGABRT:", "  assertion failed"], end.Errors);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Empty(run.Told);
    }

    [Fact]
    public async Task A_monitor_that_ends_while_qemu_runs_is_reported_and_fails_the_clients_calls_at_once()
    {
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.Monitor.Dispose();
        await run.UntilAsync(() => run.Slot.Lost.IsCompleted);
        Assert.Empty(run.Told);
        await SupervisedRun.SettleAsync();
        run.Time.Advance(TimeSpan.FromSeconds(3));
        await run.UntilAsync(() => !run.Told.IsEmpty);
        Assert.Contains("vm: the connection to QEMU's monitor is lost", Assert.Single(run.Told), StringComparison.Ordinal);
        Assert.False(run.Run.IsCompleted);
    }

    [Fact]
    public async Task A_monitor_that_closes_because_qemu_ends_is_not_mentioned()
    {
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.Monitor.Say("SHUTDOWN", """{"guest":true,"reason":"guest-shutdown"}""");
        run.Monitor.Dispose();
        await run.UntilAsync(() => run.Slot.Lost.IsCompleted);
        run.Time.Advance(TimeSpan.FromSeconds(1));
        run.QemuExits(Success);
        Assert.Equal(0, (await run.EndsWithinAsync(Soon)).End.Status);
        Assert.Empty(run.Told);
    }

    [Theory]
    [InlineData("guest-shutdown", 0, "")]
    [InlineData("host-ui", 0, "")]
    [InlineData("guest-reset", 1, "rebooted instead of powering off")]
    [InlineData("guest-panic", 1, "kernel panicked")]
    [InlineData("host-signal", 1, "ended QEMU by a signal")]
    public async Task What_qemu_reports_as_the_cause_of_the_shutdown_decides_the_status(string cause, int status, string sentence)
    {
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.Monitor.Say("SHUTDOWN", $$"""{"guest":true,"reason":"{{cause}}"}""");
        run.Monitor.Dispose();
        run.StderrEnds();
        run.QemuExits(Success);
        var (end, _) = await run.EndsWithinAsync(Soon);
        Assert.Equal(status, end.Status);
        Assert.Contains(sentence, string.Join('\n', end.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_qemu_that_ends_with_success_before_it_greets_has_failed()
    {
        await using var run = new SupervisedRun();
        run.Stderr = "Audio devices:";
        run.StderrEnds();
        run.Monitor.Dispose();
        run.QemuExits(Success);
        var (end, _) = await run.EndsWithinAsync(Soon);
        Assert.Equal(1, end.Status);
        Assert.Contains("before it made the machine", end.Errors[0], StringComparison.Ordinal);
        Assert.Equal("  Audio devices:", end.Errors[1]);
    }

    [Theory, InlineData(0), InlineData(3)]
    public async Task A_helper_that_ends_while_the_guest_runs_ends_the_vm_whatever_its_status(int status)
    {
        await using var run = new SupervisedRun(["passt (the network)"]);
        await run.GreetAsync();
        run.HelperExits(0, status);
        await SupervisedRun.SettleAsync();
        run.Time.Advance(TimeSpan.FromSeconds(5));
        await run.UntilAsync(() => run.Monitor.Commands.Contains("quit"));
        run.QemuExits(Success);
        var (end, _) = await run.EndsWithinAsync(Soon);
        Assert.Equal([$"passt (the network): exited with status {status}, so the VM was ended"], end.Errors);
    }

    [Fact]
    public async Task A_qemu_that_never_greets_is_ended_and_the_helpers_it_may_wait_for_are_named()
    {
        await using var run = new SupervisedRun(["swtpm (the TPM)"]);
        var (end, took) = await run.EndsWithinAsync(MonitorLink.GreetingBound + Soon);
        Assert.InRange(took, MonitorLink.GreetingBound, MonitorLink.GreetingBound + Soon);
        Assert.Contains("has not answered within 120 s of its start (it may wait for swtpm (the TPM))", Assert.Single(end.Errors), StringComparison.Ordinal);
        Assert.Equal([Signal.SIGTERM], run.Signals);
    }

    [Fact]
    public async Task A_helper_that_stays_is_stopped_and_a_signal_shortens_the_wait_for_it()
    {
        await using var patient = new SupervisedRun(["virtiofsd (a share)"]);
        await patient.GreetAsync();
        patient.Monitor.Dispose();
        patient.QemuExits(Success);
        var (end, took) = await patient.EndsWithinAsync(Soon);
        Assert.Equal((0, TimeSpan.FromSeconds(10)), (end.Status, TimeSpan.FromSeconds(Math.Floor(took.TotalSeconds / 5) * 5)));
        Assert.Equal([Signal.SIGTERM, Signal.SIGKILL], patient.SignalsOf(0));
        Assert.Equal("virtiofsd (a share): did not end with QEMU, and was stopped", Assert.Single(patient.Told));

        await using var hurried = new SupervisedRun(["virtiofsd (a share)"]);
        await hurried.GreetAsync();
        hurried.Monitor.Dispose();
        hurried.QemuExits(Success);
        await SupervisedRun.SettleAsync();
        hurried.SendSignal();
        Assert.InRange((await hurried.EndsWithinAsync(Soon)).Took, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_qemu_that_survives_SIGKILL_is_reported_and_not_waited_for()
    {
        await using var run = new SupervisedRun(diesOf: []);
        await run.GreetAsync();
        run.Monitor.IsSilent = true;
        run.Send(new KillAsked("Ctrl-]") { IsClient = false });
        var (end, _) = await run.EndsWithinAsync(TimeSpan.FromSeconds(60));
        Assert.Equal([Signal.SIGTERM, Signal.SIGKILL], run.Signals);
        Assert.Contains("QEMU: process 4711 has not ended 30 s after SIGKILL", Assert.Single(end.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_qemus_end_cannot_be_watched_the_run_fails_instead_of_waiting()
    {
        await using var run = new SupervisedRun();
        run.QemuCannotBeWatched(new IOException("no more processes"));
        await Assert.ThrowsAsync<IOException>(() => run.Run.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.True(run.Slot.Lost.IsCompleted);
    }

    private static void Happen(SupervisedRun run, string what)
    {
        switch (what)
        {
            case "greeting":
                run.Monitor.Greet();
                break;
            case "monitor":
                run.Monitor.Dispose();
                break;
            case "qemu":
                run.QemuExits(Failure);
                break;
            case "helper":
                run.HelperExits(0, 0);
                break;
            case "signal":
                run.SendSignal();
                break;
        }
    }

    private static IEnumerable<string[]> Permutations(string[] items) => items.Length == 1
        ? [items]
        : items.SelectMany(first => Permutations([.. items.Where(item => item != first)]), (first, rest) => (string[])[first, .. rest]);
}
