using System.Runtime.ExceptionServices;
using Vmspawn.Linux;

namespace Vmspawn.Notify;

/// <summary>Messages of which each comes in a connection of its own, as systemd sends them over vsock.</summary>
internal static class NotifyConnections
{
    /// <summary>How many may be open at once; further ones wait in the listener's queue.</summary>
    private const int Most = 16;

    /// <summary>How long one may say nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>A pause after each, so that a guest which does nothing else keeps us no busier than this.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Takes messages until it is stopped.</summary>
    /// <param name="accept">Waits for the next connection.</param>
    /// <param name="heard">Takes a message.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task ServeAsync(
        Func<CancellationToken, Task<UnixConnection>> accept, Action<NotifyMessage> heard, CancellationToken stop)
    {
        using var free = new SemaphoreSlim(Most - 1);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        ExceptionDispatchInfo? failure = null;
        await using (var hearing = new BackgroundTasks((_, error) =>
        {
            failure ??= ExceptionDispatchInfo.Capture(error);
            ends.Cancel();
        }))
        {
            await AcceptLoop.RunAsync(accept, WelcomeAsync, failed: null, TimeProvider.System, ends.Token);

            async Task WelcomeAsync(UnixConnection connection)
            {
                hearing.Run("hear the guest", async _ =>
                {
                    await HearAsync(connection, heard, ends.Token);
                    free.Release();
                });
                await Task.Delay(Pause, ends.Token);
                await free.WaitAsync(ends.Token);
            }
        }

        failure?.Throw();
    }

    // One receive and the end: not every transport passes on that the guest is done, and its PID 1 waits for our closing.
    private static async Task HearAsync(UnixConnection connection, Action<NotifyMessage> heard, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        using var none = new DescriptorQueue(0);
        using (connection)
        {
            var buffer = new byte[NotifyMessage.LargestSize];
            try
            {
                var count = await connection.ReceiveAsync(buffer, none, limit.Token);
                heard(NotifyMessage.Parse(buffer.AsSpan(0, count)));
            }
            catch (Exception e) when (e is LinuxException or OperationCanceledException)
            {
                // A guest that connects and says nothing has said nothing.
            }
        }
    }
}
