using System.Threading.Channels;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>Speaks to QEMU's monitor beside everything else, and puts what it hears into the inbox.</summary>
internal sealed class MonitorLink : IAsyncDisposable
{
    /// <summary>QEMU greets once its devices are made, which takes seconds when there are hundreds on a slow host.</summary>
    private static readonly TimeSpan GreetingLimit = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _listening;

    public MonitorLink(UnixConnection connection, ChannelWriter<SupervisorEvent> inbox) =>
        _listening = ListenAsync(connection, inbox, _stop.Token);

    private static async Task ListenAsync(
        UnixConnection connection, ChannelWriter<SupervisorEvent> inbox, CancellationToken stop)
    {
        try
        {
            var options = new QmpClientOptions { HandshakeTimeout = GreetingLimit };
            await using var monitor = await QmpClient.StartAsync(connection, options, stop);
            inbox.TryWrite(new MonitorReady(monitor));
            var end = await monitor.Ended.WaitAsync(stop);
            inbox.TryWrite(new MonitorLost(end.Text));
        }
        catch (QmpException lost)
        {
            inbox.TryWrite(new MonitorLost(lost.Message));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        _stop.Dispose();
    }
}

/// <summary>Where the monitor will be once QEMU has greeted, for those who need it beside the supervisor.</summary>
internal sealed class MonitorSlot
{
    private readonly TaskCompletionSource<QmpClient> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the monitor; never when QEMU ends before it greets.</summary>
    public Task<QmpClient> Ready => _ready.Task;

    /// <summary>Completes with the reason when there is no monitor any more.</summary>
    public Task<string> Lost => _lost.Task;

    public void Fill(QmpClient monitor) => _ready.TrySetResult(monitor);

    /// <summary>The first reason stays.</summary>
    public void Lose(string reason) => _lost.TrySetResult(reason);
}
