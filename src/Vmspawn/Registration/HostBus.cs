using Vmspawn.Linux;

namespace Vmspawn.Registration;

/// <summary>A connection to D-Bus that receives signals until it is disposed.</summary>
internal sealed class HostBus : IAsyncDisposable
{
    /// <summary>Time limit of a call, longer than bus activation of a service takes.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly BusConnection _connection;
    private readonly BackgroundTasks _following;

    private HostBus(BusConnection connection, Action<string> problem)
    {
        _connection = connection;
        _following = new BackgroundTasks((what, why) => problem($"cannot {what}: {FailureReason.Of(why)}"));
    }

    public BusConnection Connection => _connection;

    /// <param name="user">The user's bus instead of the system bus.</param>
    /// <param name="problem">Receives the reason when signals can no longer be received.</param>
    /// <exception cref="BusException">The bus is not available.</exception>
    public static HostBus Open(bool user, Action<string> problem) => new(BusConnection.Open(user), problem);

    /// <summary>Starts to handle signals, one after another.</summary>
    /// <param name="handle">Parses a signal and returns the action, or null; the action may use the connection.</param>
    public void Follow(Func<BusSignal, Func<Task>?> handle) => _following.Run("follow D-Bus", stop => Task.Run(() => FollowAsync(handle, stop), stop));

    public async ValueTask DisposeAsync()
    {
        await _following.DisposeAsync().ConfigureAwait(false);
        _connection.Dispose();
    }

    // A disconnected bus only ends the signals; the machine runs on.
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
                    await demand().ConfigureAwait(false);
                demands.Clear();
                await _connection.WaitAsync(stop).ConfigureAwait(false);
            }
        }
        catch (BusException)
        {
            // The machine runs on without signals.
        }
    }
}
