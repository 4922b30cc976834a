using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Qmp;
using Vmspawn.Resolve;
using Vmspawn.Supervise;

namespace Vmspawn.Registration;

/// <summary>
/// Pauses the guest's CPUs before the host suspends and resumes them afterwards, so that the guest is not interrupted at an arbitrary
/// point and its clock does not lag (org.freedesktop.login1(5): delaying inhibitors, PrepareForSleep).
/// </summary>
internal sealed class HostSleep : IAsyncDisposable
{
    private const string Login = "org.freedesktop.login1";
    private const string Path = "/org/freedesktop/login1";
    private const string Manager = "org.freedesktop.login1.Manager";

    /// <summary>The directory that logind creates at its start.</summary>
    private const string Seats = "/run/systemd/seats";

    /// <summary>Time limit of a pause: logind waits five seconds for a delaying inhibitor.</summary>
    private static readonly QmpCallOptions Soon = new() { Timeout = TimeSpan.FromSeconds(4) };

    private readonly string _machine;
    private readonly VmMessages _messages;
    private readonly BackgroundTasks _background;
    private HostBus? _bus;
    private SafeFileHandle? _inhibitor;
    private bool _paused;

    private HostSleep(string machine, MonitorSlot monitor, VmMessages messages)
    {
        _machine = machine;
        _messages = messages;
        _background = new BackgroundTasks((_, why) => WillNotPause(FailureReason.Of(why)));
        _background.Run("follow the host's sleep", stop => BeginAsync(monitor, stop));
    }

    /// <summary>Starts once QEMU's monitor is connected; null when logind or D-Bus does not run.</summary>
    /// <param name="machine">The machine's name.</param>
    /// <param name="monitor">Its monitor.</param>
    /// <param name="messages">Receive what was done and why.</param>
    public static HostSleep? Watch(string machine, MonitorSlot monitor, VmMessages messages) =>
        // Without the bus its library, 1.5 MiB in memory, is not loaded.
        Directory.Exists(Seats) && SystemdPresence.HasSystemBus() ? new HostSleep(machine, monitor, messages) : null;

    public async ValueTask DisposeAsync()
    {
        await _background.DisposeAsync().ConfigureAwait(false);
        if (_bus is not null)
            await _bus.DisposeAsync().ConfigureAwait(false);
        _inhibitor?.Dispose();
    }

    private async Task BeginAsync(MonitorSlot monitor, CancellationToken stop)
    {
        var qemu = await monitor.Ready.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            _bus = HostBus.Open(user: false, WillNotPause);
            _bus.Connection.Match($"type='signal',sender='{Login}',interface='{Manager}',member='PrepareForSleep'", HostBus.Bound, stop);
            Delay();
            _bus.Follow(signal => signal is { Interface: Manager, Member: "PrepareForSleep" } ? Handle(signal.Values.ReadBool(), qemu) : null);
        }
        catch (BusException refusal)
        {
            WillNotPause(refusal.Message);
        }
    }

    private void WillNotPause(string reason) => _messages.Detail($"{_machine}: will not be paused when the host sleeps: {reason}");

    // The host suspends when the inhibitor is closed, which is after the pause.
    private Func<Task> Handle(bool sleeps, QmpClient qemu) => async () =>
    {
        try
        {
            await ((sleeps ? PauseAsync(qemu) : ResumeAsync(qemu)).ConfigureAwait(false));
        }
        catch (Exception error) when (error is QmpException or BusException)
        {
            _messages.Detail($"{_machine}: around the host's sleep: {error.Message}");
        }
    };

    // A guest that was already paused stays paused after the resume.
    private async Task PauseAsync(QmpClient qemu)
    {
        try
        {
            if (!(await qemu.QueryStatusAsync(Soon).ConfigureAwait(false)).Running)
                return;
            await qemu.StopAsync(Soon).ConfigureAwait(false);
            _paused = true;
            _messages.Notice($"{_machine}: paused, since the host goes to sleep");
        }
        finally
        {
            _inhibitor?.Dispose();
        }
    }

    private async Task ResumeAsync(QmpClient qemu)
    {
        if (_paused)
        {
            _paused = false;
            await qemu.ContAsync(Soon).ConfigureAwait(false);
            _messages.Notice($"{_machine}: runs on, since the host is awake");
        }

        Delay();
    }

    private void Delay()
    {
        using var reply = _bus!.Connection.Call(
            Login, Path, Manager, "Inhibit",
            call => call.String("sleep").String("vmspawn").String($"The virtual machine {_machine} is paused first").String("delay"),
            HostBus.Bound,
            _background.Stop);
        _inhibitor = reply.ReadDescriptor();
    }
}
