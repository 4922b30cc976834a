using Vmspawn.Linux;

namespace Vmspawn.Registration;

/// <summary>A connection to D-Bus whose signals are followed until it is disposed.</summary>
internal sealed class HostBus : IAsyncDisposable
{
    /// <summary>Longer than a service takes to be started by the bus.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly BusConnection _connection;
    private readonly CancellationTokenSource _end = new();
    private Task _following = Task.CompletedTask;

    private HostBus(BusConnection connection) => _connection = connection;

    public BusConnection Connection => _connection;

    /// <exception cref="BusException">There is no such bus.</exception>
    public static HostBus Open(bool user) => new(BusConnection.Open(user));

    /// <summary>Hands each signal on, one after another, from now on.</summary>
    public void Follow(Action<BusSignal> take) => _following = Task.Run(() => FollowAsync(take));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _following;
        _connection.Dispose();
        _end.Dispose();
    }

    // A bus that goes away takes its signals with it, and nothing else of the machine.
    private async Task FollowAsync(Action<BusSignal> take)
    {
        try
        {
            while (true)
            {
                _connection.Dispatch(take);
                await _connection.WaitAsync(_end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or BusException)
        {
            // As above.
        }
    }
}
