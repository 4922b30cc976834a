using System.Text.Json;
using System.Threading.Channels;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>Connects to QEMU's monitor, and reports the connection and its end to the inbox.</summary>
/// <param name="connection">vmspawn's end of its socket, owned from now on.</param>
/// <param name="inbox">The supervisor's.</param>
/// <param name="guestReset">Called when the guest restarts.</param>
/// <param name="portChanged">Called with a virtio port's id when the guest has opened or closed it.</param>
/// <param name="arrived">Called with each event, in order, by the task that reads them.</param>
/// <param name="time">The clock of the greeting's time limit.</param>
internal sealed class MonitorLink(
    UnixConnection connection, ChannelWriter<SupervisorEvent> inbox, Action guestReset, Action<string, bool> portChanged, Action<QmpEvent> arrived, TimeProvider time)
{
    /// <summary>
    /// The time limit for the greeting. QEMU answers once its devices are created: seconds with hundreds of them on a slow host, longer when it first clears huge pages.
    /// </summary>
    public static readonly TimeSpan GreetingBound = TimeSpan.FromMinutes(2);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasGreeted;
    private volatile string? _shutdown;

    /// <summary>Completes when the connection has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>QEMU has greeted, so it has created the machine.</summary>
    public bool HasGreeted => _hasGreeted;

    /// <summary>Why the machine shut down (ShutdownCause of qapi/run-state.json), such as <c>guest-shutdown</c>; null when QEMU has not reported it.</summary>
    public string? ShutdownCause => _shutdown;

    /// <summary>Handles the connection until it ends or this is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            if (await ConnectAsync(stop).ConfigureAwait(false) is not { } monitor)
                return;
            await using (monitor)
                await FollowAsync(monitor, stop).ConfigureAwait(false);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private async Task<QmpClient?> ConnectAsync(CancellationToken stop)
    {
        using var bound = new CancellationTokenSource(GreetingBound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, stop);
        try
        {
            var monitor = await QmpClient.StartAsync(
                connection, new QmpClientOptions { HandshakeTimeout = Timeout.InfiniteTimeSpan }, either.Token).ConfigureAwait(false);
            _hasGreeted = true;
            return monitor;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            inbox.TryWrite(new MonitorLost($"it has not answered within {GreetingBound.TotalSeconds:0} s of its start") { IsTimeout = true });
        }
        catch (QmpDisconnectedException lost)
        {
            // A guest can power off before QEMU reads the answer to its greeting.
            _hasGreeted = lost.Awaited != QmpDisconnectedException.Greeting;
            inbox.TryWrite(new MonitorLost(lost.End.Text));
        }
        catch (QmpException failure)
        {
            _hasGreeted = true;
            inbox.TryWrite(new MonitorLost(failure.Message));
        }

        return null;
    }

    private async Task FollowAsync(QmpClient monitor, CancellationToken stop)
    {
        using var events = monitor.Subscribe(new QmpEventOptions
        {
            Filter = happened =>
            {
                // Here, since the filter sees all events, and a flood of them must not push those out of the queue that are acted on.
                arrived(happened);
                return happened.Name is "RESET" or "SHUTDOWN" or "VSERPORT_CHANGE";
            },
            Overflow = QmpOverflow.DropOldest,
        });
        inbox.TryWrite(new MonitorReady(monitor));
        try
        {
            await foreach (var happened in events.WithCancellation(stop))
            {
                switch (happened.Name)
                {
                    case "RESET":
                        guestReset();
                        break;
                    case "VSERPORT_CHANGE":
                        if (JsonFields.Text(happened.Data, "id") is { } port)
                            portChanged(port, JsonFields.Flag(happened.Data, "open") ?? false);
                        break;
                    default:
                        _shutdown = CauseOf(happened.Data) ?? _shutdown;
                        break;
                }
            }
        }
        catch (QmpDisconnectedException lost)
        {
            inbox.TryWrite(new MonitorLost(lost.End.Text));
        }
    }

    private static string? CauseOf(JsonElement data) =>
        data.ValueKind is JsonValueKind.Object && data.TryGetProperty("reason", out var reason) && reason.ValueKind is JsonValueKind.String
            ? reason.GetString()
            : null;
}

/// <summary>The monitor for users other than the supervisor: available once QEMU has greeted, and lost at QEMU's exit at the latest.</summary>
internal sealed class MonitorSlot
{
    private readonly TaskCompletionSource<QmpClient> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the monitor; never when QEMU ends before it greets. Wait for <see cref="Lost"/> as well.</summary>
    public Task<QmpClient> Ready => _ready.Task;

    /// <summary>Completes with the reason when the monitor is lost, which happens on every path to the VM's end.</summary>
    public Task<string> Lost => _lost.Task;

    public void Fill(QmpClient monitor) => _ready.TrySetResult(monitor);

    /// <summary>The first reason is kept.</summary>
    public void MarkLost(string reason) => _lost.TrySetResult(reason);
}
