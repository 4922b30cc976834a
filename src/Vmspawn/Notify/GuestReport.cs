namespace Vmspawn.Notify;

/// <summary>What a guest has reported so far; a guest is not trusted, and may send without end.</summary>
internal sealed class GuestReport
{
    private readonly Lock _lock = new();
    private readonly Action _changed;
    private bool _isAnnounced;
    private GuestState _state = GuestState.Silent;

    /// <param name="changed">Called when there is something to <see cref="Take"/>, once until it was taken.</param>
    public GuestReport(Action changed) => _changed = changed;

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

    /// <summary>The guest restarts: what it reported is no longer true.</summary>
    public void Forget()
    {
        lock (_lock)
            _state = GuestState.Silent;
    }

    /// <summary>The state, for the one that was called; later messages are announced again.</summary>
    public GuestState Take()
    {
        lock (_lock)
        {
            _isAnnounced = false;
            return _state;
        }
    }
}

/// <summary>What a guest says about itself.</summary>
/// <param name="Ready">It has come up.</param>
/// <param name="Status">Its last line for people, or null; empty withdraws an earlier one.</param>
/// <param name="ExitStatus">What our exit status is to be, or null when it did not say.</param>
internal sealed record GuestState(bool Ready, string? Status, int? ExitStatus)
{
    /// <summary>It has reported nothing.</summary>
    public static GuestState Silent { get; } = new(false, null, null);
}
