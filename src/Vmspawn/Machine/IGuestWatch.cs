namespace Vmspawn;

/// <summary>Ends what waits for a guest.</summary>
internal interface IGuestWatch
{
    /// <summary>The factor of time limits.</summary>
    double Factor { get; }

    /// <summary>The time limit where the caller names none.</summary>
    TimeSpan DefaultLimit { get; }

    /// <summary>Runs work until it ends, the time limit has passed, the guest's kernel panics or the machine ends.</summary>
    /// <param name="awaited">What the work waits for, for messages.</param>
    /// <param name="limit">The time limit.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<T> RunAsync<T>(string awaited, TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}

/// <summary>The same for a machine of this process.</summary>
/// <param name="exited">The machine's end.</param>
/// <param name="console">Its console.</param>
/// <param name="factor">The factor of time limits.</param>
internal sealed class MachineWatch(Task<VmExit> exited, GuestConsole console, double factor) : IGuestWatch
{
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(1);

    public double Factor => factor;

    public TimeSpan DefaultLimit => TimeSpan.FromMinutes(1) * factor;

    public async Task<T> RunAsync<T>(string awaited, TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = work(stop.Token);
        var panicked = console.WhenPanicsAsync(stop.Token);
        try
        {
            var first = await Task.WhenAny(running, exited, panicked).WaitAsync(limit, cancellationToken).ConfigureAwait(false);
            if (first == running)
                return await running.ConfigureAwait(false);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            throw new VmTimeoutException(awaited, limit, console.Tail);
        }
        catch (GuestChannelException)
        {
            // The connection to the guest is lost a moment before the machine has ended, if that is the reason.
            await Task.WhenAny(exited, panicked, Task.Delay(EndBound, cancellationToken)).ConfigureAwait(false);
            if (!exited.IsCompleted && !panicked.IsCompleted)
                throw;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            // What it waits for is over; it must not be left behind.
            await Task.WhenAll(running, panicked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (panicked.IsCompletedSuccessfully)
            throw new VmPanicException(awaited, await panicked.ConfigureAwait(false), console.Tail);
        throw new VmEndedException(awaited, await exited.ConfigureAwait(false), console.Tail);
    }
}
