namespace Vmspawn.Notify;

/// <summary>The state that a guest has reported; a guest is not trusted, and may send an unlimited number of messages.</summary>
internal sealed class GuestReport
{
    private readonly Lock _lock = new();
    private readonly Action _changed;
    private bool _isAnnounced;
    private GuestState _state;

    /// <param name="changed">Called when there is a new state to <see cref="Take"/>, once until it was taken.</param>
    /// <param name="before">What it reported before it was frozen, or null.</param>
    public GuestReport(Action changed, GuestState? before = null) => (_changed, _state) = (changed, before ?? GuestState.Silent);

    /// <summary>The state so far.</summary>
    public GuestState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Adds a message.</summary>
    public void Receive(NotifyMessage message)
    {
        lock (_lock)
        {
            var next = new GuestState(_state.Ready || message.Ready, message.Status ?? _state.Status, message.ExitStatus ?? _state.ExitStatus);
            if (next == _state)
                return;
            _state = next;
            if (_isAnnounced)
                return;
            _isAnnounced = true;
        }

        _changed();
    }

    /// <summary>The guest restarts, so its earlier reports are void.</summary>
    public void Forget()
    {
        lock (_lock)
            _state = GuestState.Silent;
    }

    /// <summary>Returns the state after a call of the callback; later messages call it again.</summary>
    public GuestState Take()
    {
        lock (_lock)
        {
            _isAnnounced = false;
            return _state;
        }
    }
}

/// <summary>The state that a guest reports.</summary>
/// <param name="Ready">It is ready.</param>
/// <param name="Status">Its last status line for users, or null; empty withdraws an earlier one.</param>
/// <param name="ExitStatus">The exit status that it requests, or null.</param>
internal sealed record GuestState(bool Ready, string? Status, int? ExitStatus)
{
    /// <summary>No report.</summary>
    public static GuestState Silent { get; } = new(false, null, null);
}
