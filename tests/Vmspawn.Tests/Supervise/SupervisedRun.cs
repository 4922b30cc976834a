using System.Collections.Concurrent;
using System.Threading.Channels;
using Vmspawn.Host;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Supervise;

namespace Vmspawn.Tests.Supervise;

/// <summary>A supervisor with a VM that has no processes: the test says when something happens, and how time passes.</summary>
internal sealed class SupervisedRun : IAsyncDisposable
{
    private static readonly TimeSpan RealBound = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<ChildExit> _qemu = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stderrEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(TaskCompletionSource<ChildExit> Exit, ConcurrentQueue<Signal> Signals)> _helpers = [];
    private readonly Channel<SupervisorEvent> _inbox = Supervisor.CreateInbox();
    private readonly ManagerLink _manager;
    private readonly Supervisor _supervisor;
    private readonly Task<QemuEnd> _run;

    /// <param name="helpers">The subjects of its helpers.</param>
    /// <param name="powerOff">The way by ssh, or null.</param>
    /// <param name="diesOf">The signals that end QEMU; others it ignores.</param>
    public SupervisedRun(string[]? helpers = null, IGuestPowerOff? powerOff = null, Signal[]? diesOf = null)
    {
        var deadly = diesOf ?? [Signal.SIGTERM, Signal.SIGKILL];
        var qemu = new SupervisedProcess("QEMU", 4711, _qemu.Task, signal =>
        {
            Signals.Enqueue(signal);
            if (deadly.Contains(signal))
                QemuExits(signal == Signal.SIGTERM ? new ChildExit(0, null) : new ChildExit(null, signal));
        }, new ProcessOutput(_stderrEnded.Task, () => Stderr));
        foreach (var subject in helpers ?? [])
            Helpers.Add(Helper(subject));
        var vm = new SupervisedVm("vm", qemu, Helpers, Monitor.Ours) { PowerOff = powerOff };
        _manager = new ManagerLink(ServiceManager.Of(_ => null), 4711, waitsForGuest: true, _inbox.Writer);
        var messages = new VmMessages(Told.Enqueue, Told.Enqueue) { Detail = Details.Enqueue };
        _supervisor = new Supervisor(vm, _inbox, _manager, messages, Time);
        _run = _supervisor.RunAsync();
    }

    public SteppedTime Time { get; } = new();

    public FakeMonitor Monitor { get; } = new();

    public List<SupervisedProcess> Helpers { get; } = [];

    /// <summary>The signals that QEMU got.</summary>
    public ConcurrentQueue<Signal> Signals { get; } = [];

    /// <summary>Notices and errors.</summary>
    public ConcurrentQueue<string> Told { get; } = [];

    public ConcurrentQueue<string> Details { get; } = [];

    public string Stderr { get; set; } = "";

    public Task<QemuEnd> Run => _run;

    public RestartRequest? Restart => _supervisor.Restart;

    public MonitorSlot Slot => _supervisor.Monitor;

    public ConcurrentQueue<Signal> SignalsOf(int helper) => _helpers[helper].Signals;

    public void QemuExits(ChildExit exit) => _qemu.TrySetResult(exit);

    public void QemuCannotBeWatched(Exception why) => _qemu.TrySetException(why);

    public void StderrEnds() => _stderrEnded.TrySetResult();

    public void HelperExits(int helper, int status) => _helpers[helper].Exit.TrySetResult(new ChildExit(status, null));

    public void Send(SupervisorEvent happened) => _inbox.Writer.TryWrite(happened);

    public void SendSignal(string name = "SIGTERM") => Send(new StopAsked(name, Time.GetTimestamp()));

    /// <summary>Greets and waits until the supervisor has the monitor.</summary>
    public async Task GreetAsync()
    {
        Monitor.Greet();
        await Slot.Ready.WaitAsync(RealBound);
    }

    /// <summary>Lets what was set off run to where it waits for time or for the test.</summary>
    public static Task SettleAsync() => Task.Delay(30);

    /// <summary>Waits in real time for something that needs none of the supervised.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        for (var end = DateTime.UtcNow + RealBound; !condition() && DateTime.UtcNow < end;)
            await Task.Delay(2);
        Assert.True(condition(), string.Join('\n', Told));
    }

    /// <summary>Lets time pass in small steps until the supervisor has ended.</summary>
    /// <returns>The end, and how long it took by the supervisor's clock.</returns>
    public async Task<(QemuEnd End, TimeSpan Took)> EndsWithinAsync(TimeSpan bound)
    {
        var from = Time.Now;
        await SettleAsync();
        while (!_run.IsCompleted && Time.Now - from <= bound)
        {
            Time.Advance(TimeSpan.FromSeconds(0.25));
            await Task.WhenAny(_run, Task.Delay(5));
        }

        Assert.True(_run.IsCompleted, $"no end within {bound}\n" + string.Join('\n', Told));
        return (await _run, Time.Now - from);
    }

    public async ValueTask DisposeAsync()
    {
        _qemu.TrySetResult(new ChildExit(0, null));
        _stderrEnded.TrySetResult();
        await _supervisor.DisposeAsync();
        _manager.Dispose();
        Monitor.Dispose();
    }

    private SupervisedProcess Helper(string subject)
    {
        var exit = new TaskCompletionSource<ChildExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        var signals = new ConcurrentQueue<Signal>();
        _helpers.Add((exit, signals));
        return new SupervisedProcess(subject, 4712, exit.Task, signal =>
        {
            signals.Enqueue(signal);
            if (signal == Signal.SIGKILL)
                exit.TrySetResult(new ChildExit(null, signal));
        }, new ProcessOutput(Task.CompletedTask, () => ""));
    }
}

/// <summary>A guest's ssh with scripted answers.</summary>
internal sealed class FakePowerOff(Task<string?> answer) : IGuestPowerOff
{
    public bool IsWorthTrying(GuestState guest) => true;

    public Task<string?> AskAsync(GuestState guest, CancellationToken cancel) => answer.WaitAsync(cancel);
}
