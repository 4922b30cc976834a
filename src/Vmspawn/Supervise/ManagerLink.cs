using System.Threading.Channels;
using Vmspawn.Host;
using Vmspawn.Notify;

namespace Vmspawn.Supervise;

/// <summary>Reports the machine's state to vmspawn's service manager.</summary>
internal sealed class ManagerLink : IDisposable
{
    private readonly ServiceManager _manager;
    private readonly Timer? _watchdog;
    private bool _isReady;
    private bool _isStopping;
    private string? _status;

    /// <summary>The machine will be started again, so the service neither stops nor ends with it.</summary>
    public bool IsRestarting { get; set; }

    /// <param name="manager">The service manager.</param>
    /// <param name="leader">QEMU's process id.</param>
    /// <param name="waitsForGuest">vmspawn is ready when the guest is, instead of at once.</param>
    /// <param name="inbox">The supervisor's; watchdog notifications pass through it, so that a supervisor that hangs sends none.</param>
    public ManagerLink(ServiceManager manager, int leader, bool waitsForGuest, ChannelWriter<SupervisorEvent> inbox)
    {
        _manager = manager;
        _manager.Leader(leader);
        if (waitsForGuest)
            _manager.Status("The guest starts.");
        else
            Ready();
        if (manager.Watchdog is { } period)
            _watchdog = new Timer(_ => inbox.TryWrite(new WatchdogDue()), null, TimeSpan.Zero, period);
    }

    /// <summary>Forwards changes of the guest's reported state.</summary>
    public void Follow(GuestState guest)
    {
        if (guest.Ready && !_isReady)
            Ready();
        if (guest.Status is not { } status || status == _status || _isStopping)
            return;
        _status = status;
        _manager.Status(status);
    }

    /// <summary>The machine is being stopped.</summary>
    public void Stopping()
    {
        if (_isStopping || IsRestarting)
            return;
        _isStopping = true;
        _manager.Stopping();
        _manager.Status("The guest powers off.");
    }

    /// <summary>The machine has ended; vmspawn exits with this status.</summary>
    public void Ended(int status)
    {
        if (IsRestarting)
        {
            _manager.Status("The machine starts again.");
            return;
        }

        _manager.Status(status == 0 ? "The machine has ended." : $"The machine has ended with status {status}.");
        _manager.Exited(status);
    }

    /// <summary>Resets the watchdog.</summary>
    public void Alive() => _manager.Alive();

    public void Dispose() => _watchdog?.Dispose();

    private void Ready()
    {
        _isReady = true;
        _manager.Ready();
        // The guest's own status is more specific.
        if (_status is null)
            _manager.Status("The guest runs.");
    }
}
