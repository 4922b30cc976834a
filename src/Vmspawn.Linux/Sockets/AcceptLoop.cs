namespace Vmspawn.Linux;

/// <summary>
/// Accepts connections until it is stopped. A failure of accept(2), such as EMFILE, is told once and tried again: the next connection
/// waits in the kernel's queue until something is free.
/// </summary>
public static class AcceptLoop
{
    /// <summary>The pause after a failure.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs until the token is cancelled or the listener is disposed, both of which end it without a failure.</summary>
    /// <param name="accept">Waits for the next connection.</param>
    /// <param name="welcome">Takes it over, also when it fails; an <see cref="IOException"/> or <see cref="OutOfMemoryException"/> of it counts as one of accept.</param>
    /// <param name="failed">Told of the first failure of a row, and again after a connection has come through.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task RunAsync(
        Func<CancellationToken, Task<UnixConnection>> accept,
        Func<UnixConnection, Task> welcome,
        Action<Exception>? failed,
        TimeProvider time,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(accept);
        ArgumentNullException.ThrowIfNull(welcome);
        var isTold = false;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await welcome(await accept(stop));
                    isTold = false;
                }
                catch (Exception error) when (error is IOException or OutOfMemoryException)
                {
                    // A connection that could not be served for want of memory or a thread costs only that connection.
                    if (!isTold)
                        failed?.Invoke(error);
                    isTold = true;
                    await Task.Delay(Pause, time, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // As it was told to.
        }
        catch (ObjectDisposedException)
        {
            // The listener is closed.
        }
    }
}
