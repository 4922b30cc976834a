using System.Threading.Channels;
using Vmspawn.Host;
using Vmspawn.Notify;

namespace Vmspawn.Supervise;

/// <summary>Tells the service manager that we run under how the machine is.</summary>
internal sealed class ManagerLink : IDisposable
{
    private readonly ServiceManager _manager;
    private readonly Timer? _watchdog;
    private bool _isReady;
    private bool _isStopping;
    private string? _status;

    /// <param name="manager">Whom to tell.</param>
    /// <param name="waitsForGuest">We are ready when the guest is, instead of at once.</param>
    /// <param name="inbox">Where the watchdog's signs of life begin: who does not read it is not alive.</param>
    public ManagerLink(ServiceManager manager, bool waitsForGuest, ChannelWriter<SupervisorEvent> inbox)
    {
        _manager = manager;
        if (!waitsForGuest)
            Ready();
        if (manager.Watchdog is { } period)
            _watchdog = new Timer(_ => inbox.TryWrite(new WatchdogDue()), null, TimeSpan.Zero, period);
    }

    /// <summary>Passes on what is new in what the guest said.</summary>
    public void Follow(GuestState guest)
    {
        if (guest.Ready && !_isReady)
            Ready();
        if (guest.Status == _status || _isStopping)
            return;
        _status = guest.Status;
        _manager.Status(guest.Status!);
    }

    /// <summary>The machine is to end.</summary>
    public void Stopping()
    {
        if (_isStopping)
            return;
        _isStopping = true;
        _manager.Stopping();
    }

    /// <summary>A sign of life.</summary>
    public void Alive() => _manager.Alive();

    public void Dispose() => _watchdog?.Dispose();

    private void Ready()
    {
        _isReady = true;
        _manager.Ready();
    }
}
