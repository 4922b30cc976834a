namespace Vmspawn.Linux;

/// <summary>
/// Accepts connections until it is stopped. A failure of accept(2), such as EMFILE, is reported once and retried: the connection
/// waits in the kernel's queue until resources are free.
/// </summary>
public static class AcceptLoop
{
    /// <summary>The pause after a failure.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs until the token is cancelled or the listener is disposed; neither is a failure.</summary>
    /// <param name="accept">Waits for the next connection.</param>
    /// <param name="welcome">Takes ownership of it, even on failure; an <see cref="IOException"/> or <see cref="OutOfMemoryException"/> is handled like a failure of accept.</param>
    /// <param name="failed">Called for the first of successive failures, and again after a successful connection.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="cancellationToken">Stops the loop.</param>
    public static async Task RunAsync(
        Func<CancellationToken, Task<UnixConnection>> accept,
        Func<UnixConnection, Task> welcome,
        Action<Exception>? failed,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accept);
        ArgumentNullException.ThrowIfNull(welcome);
        var isReported = false;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    await welcome(await accept(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                    isReported = false;
                }
                catch (Exception error) when (error is IOException or OutOfMemoryException)
                {
                    // A lack of memory or threads only affects this connection.
                    if (!isReported)
                        failed?.Invoke(error);
                    isReported = true;
                    await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped by the token.
        }
        catch (ObjectDisposedException)
        {
            // The listener is closed.
        }
    }
}
