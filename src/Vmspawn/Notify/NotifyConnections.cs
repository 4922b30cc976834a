using Vmspawn.Linux;

namespace Vmspawn.Notify;

/// <summary>Receives messages, each in a separate connection, as systemd sends them over vsock.</summary>
internal static class NotifyConnections
{
    /// <summary>The maximum number of open connections; further ones wait in the listener's queue.</summary>
    private const int Most = 16;

    /// <summary>Time limit for a connection that sends nothing.</summary>
    private static readonly TimeSpan SilenceBound = TimeSpan.FromSeconds(5);

    /// <summary>A pause after each, which limits the processor time that a flood of messages can cost.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Receives messages until it is stopped.</summary>
    /// <param name="accept">Waits for the next connection.</param>
    /// <param name="received">Receives a message.</param>
    /// <param name="problem">Receives the reason of a temporary failure.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task ServeAsync(
        Func<CancellationToken, Task<UnixConnection>> accept, Action<NotifyMessage> received, Action<string> problem, CancellationToken stop)
    {
        using var free = new SemaphoreSlim(Most - 1);
        var connections = new BackgroundTasks((what, why) => problem($"cannot {what}: {FailureReason.Of(why)}"));
        await using var connectionsDisposal = connections.ConfigureAwait(false);
        await AcceptLoop.RunAsync(accept, WelcomeAsync, failure => problem($"reports of the guest wait: {FailureReason.Of(failure)}"), TimeProvider.System, stop).ConfigureAwait(false);

        async Task WelcomeAsync(UnixConnection connection)
        {
            connections.Run("receive a report of the guest", async end =>
            {
                try
                {
                    await ReceiveAsync(connection, received, end).ConfigureAwait(false);
                }
                finally
                {
                    free.Release();
                }
            });
            await Task.Delay(Pause, stop).ConfigureAwait(false);
            await free.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    // Reads one message and closes: not every transport signals the end of the stream, and the guest's PID 1 waits until the connection is closed.
    private static async Task ReceiveAsync(UnixConnection connection, Action<NotifyMessage> received, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(SilenceBound);
        using var none = new DescriptorQueue(0);
        using (connection)
        {
            var buffer = new byte[NotifyMessage.LargestSize];
            try
            {
                var count = await connection.ReceiveAsync(buffer, none, limit.Token).ConfigureAwait(false);
                received(NotifyMessage.Parse(buffer.AsSpan(0, count)));
            }
            catch (Exception e) when (e is LinuxException or OperationCanceledException)
            {
                // A connection without data is no message.
            }
        }
    }
}
