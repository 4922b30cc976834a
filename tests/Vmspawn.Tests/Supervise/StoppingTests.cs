using Vmspawn.Linux;
using Vmspawn.Supervise;

namespace Vmspawn.Tests.Supervise;

/// <summary>How a VM is stopped, by signals and clients, when QEMU answers and when it does not.</summary>
public sealed class StoppingTests
{
    private static readonly ChildExit Success = new(0, null);

    [Fact]
    public async Task A_qemu_that_hangs_is_killed_within_seconds_of_the_signal_instead_of_waiting_for_its_guest()
    {
        await using var run = new SupervisedRun(diesOf: [Signal.SIGKILL]);
        await run.GreetAsync();
        run.Monitor.IsSilent = true;
        run.SendSignal();
        var (end, took) = await run.EndsWithinAsync(TimeSpan.FromSeconds(30));
        Assert.InRange(took, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(20));
        Assert.Equal([Signal.SIGTERM, Signal.SIGKILL], run.Signals);
        Assert.Equal(1, end.Status);
        Assert.DoesNotContain("quit", run.Monitor.Commands);
    }

    [Fact]
    public async Task A_qemu_that_hangs_is_killed_although_the_guests_ssh_has_not_answered_yet()
    {
        await using var run = new SupervisedRun(powerOff: new FakePowerOff(new TaskCompletionSource<string?>().Task), diesOf: [Signal.SIGKILL]);
        await run.GreetAsync();
        run.Monitor.IsSilent = true;
        run.SendSignal();
        Assert.InRange((await run.EndsWithinAsync(TimeSpan.FromSeconds(30))).Took, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_qemu_that_has_not_greeted_is_ended_soon_after_a_signal()
    {
        await using var run = new SupervisedRun();
        run.SendSignal();
        var (end, took) = await run.EndsWithinAsync(TimeSpan.FromSeconds(30));
        Assert.InRange(took, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(14));
        Assert.Equal(1, end.Status);
        Assert.Equal([Signal.SIGTERM], run.Signals);
    }

    [Fact]
    public async Task A_guest_gets_ninety_seconds_to_power_off()
    {
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.SendSignal();
        await run.UntilAsync(() => run.Monitor.Commands.Contains("system_powerdown"));
        await PassAsync(run, seconds: 85);
        Assert.DoesNotContain("quit", run.Monitor.Commands);
        Assert.True(run.Monitor.Commands.Count(command => command == "system_powerdown") > 10);
        await PassAsync(run, seconds: 6);
        await run.UntilAsync(() => run.Monitor.Commands.Contains("quit"));
    }

    [Fact]
    public async Task A_button_that_qemu_refuses_to_press_is_not_waited_for()
    {
        await using var run = new SupervisedRun();
        run.Monitor.Refuses = command => command == "system_powerdown";
        await run.GreetAsync();
        run.SendSignal();
        await run.UntilAsync(() => run.Monitor.Commands.Contains("quit"));
        Assert.Contains("the guest cannot be asked", string.Join('\n', run.Told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_after_the_monitor_was_lost_terminates_qemu_at_once()
    {
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.Monitor.Dispose();
        await run.UntilAsync(() => run.Slot.Lost.IsCompleted);
        run.SendSignal();
        await run.UntilAsync(() => run.Signals.Contains(Signal.SIGTERM));
    }

    [Fact]
    public async Task Two_signals_within_a_moment_are_one_request_and_a_later_one_forces()
    {
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.SendSignal();
        run.Time.Advance(TimeSpan.FromMilliseconds(100));
        run.SendSignal();
        run.SendSignal("SIGINT");
        await run.UntilAsync(() => run.Monitor.Commands.Contains("system_powerdown"));
        await SupervisedRun.SettleAsync();
        Assert.DoesNotContain("quit", run.Monitor.Commands);
        run.Time.Advance(TimeSpan.FromMilliseconds(500));
        run.SendSignal();
        await run.UntilAsync(() => run.Monitor.Commands.Contains("quit"));
        Assert.Equal(["SIGTERM: asking the guest to power off; once more forces it", "SIGTERM: powering the VM off"], run.Told);
    }

    public static TheoryData<string> Phases => ["before the greeting", "ssh is asked", "the button is pressed", "the monitor hangs", "the monitor is lost", "QEMU is to quit", "QEMU is to terminate"];

    /// <summary>By the first signal, or by the ones before, the stop is in a phase; the next one takes the next step without any wait.</summary>
    [Theory, MemberData(nameof(Phases))]
    public async Task A_further_signal_takes_the_next_step_at_once_in_every_phase(string phase)
    {
        await using var run = new SupervisedRun(
            powerOff: phase == "ssh is asked" ? new FakePowerOff(new TaskCompletionSource<string?>().Task) : null, diesOf: [Signal.SIGKILL]);
        if (phase != "before the greeting")
            await run.GreetAsync();
        run.Monitor.IsSilent = phase == "the monitor hangs";
        if (phase == "the monitor is lost")
        {
            run.Monitor.Dispose();
            await run.UntilAsync(() => run.Slot.Lost.IsCompleted);
        }

        var before = phase switch { "QEMU is to quit" => 2, "QEMU is to terminate" => 3, _ => 1 };
        for (var signal = 0; signal < before; signal++)
            await SignalAsync();
        var expected = phase switch
        {
            "before the greeting" or "QEMU is to quit" => "terminating QEMU",
            "the monitor is lost" or "QEMU is to terminate" => "killing QEMU",
            _ => "powering the VM off",
        };
        var told = run.Told.Count;
        await SignalAsync();
        Assert.Equal(told + 1, run.Told.Count);
        Assert.Equal($"SIGTERM: {expected}", run.Told.Last());
        switch (expected)
        {
            case "killing QEMU":
                Assert.Equal(1, (await run.EndsWithinAsync(TimeSpan.FromSeconds(5))).End.Status);
                Assert.Equal([Signal.SIGTERM, Signal.SIGKILL], run.Signals);
                break;
            case "terminating QEMU":
                Assert.Equal([Signal.SIGTERM], run.Signals);
                break;
            default:
                await run.UntilAsync(() => run.Monitor.Commands.Contains("quit"));
                break;
        }

        async Task SignalAsync()
        {
            var count = run.Told.Count;
            run.SendSignal();
            await run.UntilAsync(() => run.Told.Count > count);
            // More than signals have between them that are one.
            run.Time.Advance(TimeSpan.FromSeconds(0.6));
            await SupervisedRun.SettleAsync();
        }
    }

    [Fact]
    public async Task An_end_by_force_before_the_greeting_does_not_wait_for_the_monitor()
    {
        await using var run = new SupervisedRun();
        run.Send(new KillAsked("Ctrl-]") { IsClient = false });
        await run.UntilAsync(() => run.Signals.Contains(Signal.SIGTERM));
        Assert.Equal(["Ctrl-]: terminating QEMU"], run.Told);
    }

    /// <summary>QEMU does not handle the signal before it has made the machine, so there is no exit status to go by; it may greet between the two.</summary>
    [Theory]
    [InlineData(true, false, 0), InlineData(true, true, 0)]
    [InlineData(false, false, 1), InlineData(false, true, 1)]
    public async Task An_end_by_force_before_the_guest_runs_is_a_success_for_a_client_only(bool isClient, bool greets, int status)
    {
        await using var run = new SupervisedRun();
        run.Send(new KillAsked("somebody") { IsClient = isClient });
        await run.UntilAsync(() => run.Signals.Contains(Signal.SIGTERM));
        if (greets)
        {
            run.Monitor.Greet();
            await SupervisedRun.SettleAsync();
        }

        run.Monitor.Dispose();
        run.StderrEnds();
        run.QemuExits(new ChildExit(ExitCode: null, Signal.SIGTERM));
        Assert.Equal(status, (await run.EndsWithinAsync(TimeSpan.FromSeconds(30))).End.Status);
    }

    [Fact]
    public async Task An_end_requested_by_a_client_is_status_zero_and_by_the_escape_keys_one()
    {
        await using var client = new SupervisedRun();
        Assert.Equal(0, await KillAsync(client, new KillAsked("a client")));
        await using var keys = new SupervisedRun();
        Assert.Equal(1, await KillAsync(keys, new KillAsked("Ctrl-]") { IsClient = false }));
        await using var forced = new SupervisedRun();
        await forced.GreetAsync();
        forced.SendSignal();
        forced.Time.Advance(TimeSpan.FromSeconds(1));
        forced.SendSignal();
        await forced.UntilAsync(() => forced.Monitor.Commands.Contains("quit"));
        Assert.Equal(1, await KillAsync(forced, new KillAsked("a client")));
    }

    [Fact]
    public async Task A_guest_that_powers_off_while_it_is_forced_has_powered_off()
    {
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.SendSignal();
        run.Time.Advance(TimeSpan.FromSeconds(1));
        run.SendSignal();
        run.Monitor.Say("SHUTDOWN", """{"guest":true,"reason":"guest-shutdown"}""");
        await run.UntilAsync(() => run.Monitor.Commands.Contains("quit"));
        run.Monitor.Dispose();
        run.StderrEnds();
        run.QemuExits(Success);
        Assert.Equal(0, (await run.EndsWithinAsync(TimeSpan.FromSeconds(30))).End.Status);
    }

    [Fact]
    public async Task A_power_off_request_of_a_client_forces_nothing_and_a_reset_cancels_it()
    {
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.Send(new PowerOffAsked());
        await run.UntilAsync(() => run.Monitor.Commands.Contains("system_powerdown"));
        await PassAsync(run, seconds: 200);
        Assert.Empty(run.Signals);
        Assert.DoesNotContain("quit", run.Monitor.Commands);
        run.Send(new PowerOffAsked());
        run.Send(new ResetAsked());
        await SupervisedRun.SettleAsync();
        var presses = run.Monitor.Commands.Count(command => command == "system_powerdown");
        await PassAsync(run, seconds: 20);
        Assert.Equal(presses, run.Monitor.Commands.Count(command => command == "system_powerdown"));
    }

    private static async Task<int> KillAsync(SupervisedRun run, KillAsked request)
    {
        if (!run.Slot.Ready.IsCompleted)
            await run.GreetAsync();
        run.Send(request);
        await run.UntilAsync(() => run.Monitor.Commands.Contains("quit"));
        run.Monitor.Dispose();
        run.StderrEnds();
        run.QemuExits(Success);
        return (await run.EndsWithinAsync(TimeSpan.FromSeconds(30))).End.Status;
    }

    private static async Task PassAsync(SupervisedRun run, int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            run.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(4);
        }
    }
}
