using Vmspawn.Linux;

namespace Vmspawn.Registration;

/// <summary>A connection to D-Bus whose signals are followed until it is disposed.</summary>
internal sealed class HostBus : IAsyncDisposable
{
    /// <summary>Longer than a service takes to be started by the bus.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly BusConnection _connection;
    private readonly BackgroundTasks _following;

    private HostBus(BusConnection connection, Action<string> problem)
    {
        _connection = connection;
        _following = new BackgroundTasks((what, why) => problem($"cannot {what}: {FailureReason.Of(why)}"));
    }

    public BusConnection Connection => _connection;

    /// <param name="user">The user's bus instead of the system's.</param>
    /// <param name="problem">Takes the reason when its signals can no longer be followed.</param>
    /// <exception cref="BusException">There is no such bus.</exception>
    public static HostBus Open(bool user, Action<string> problem) => new(BusConnection.Open(user), problem);

    /// <summary>Handles each signal from now on, one after another.</summary>
    /// <param name="handle">Reads a signal and returns what it demands, or null; that may use the connection.</param>
    public void Follow(Func<BusSignal, Func<Task>?> handle) => _following.Run("follow D-Bus", stop => Task.Run(() => FollowAsync(handle, stop), stop));

    public async ValueTask DisposeAsync()
    {
        await _following.DisposeAsync();
        _connection.Dispose();
    }

    // A bus that goes away takes its signals with it, and nothing else of the machine.
    private async Task FollowAsync(Func<BusSignal, Func<Task>?> handle, CancellationToken stop)
    {
        var demands = new List<Func<Task>>();
        try
        {
            while (true)
            {
                _connection.Dispatch(signal =>
                {
                    if (handle(signal) is { } demand)
                        demands.Add(demand);
                });
                foreach (var demand in demands)
                    await demand();
                demands.Clear();
                await _connection.WaitAsync(stop);
            }
        }
        catch (BusException)
        {
            // As above.
        }
    }
}
