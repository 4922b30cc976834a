namespace Vmspawn.Varlink;

/// <summary>Applies a time limit to a cancellable operation.</summary>
internal static class TimeLimit
{
    public static async Task<T> RunAsync<T>(
        TimeSpan limit,
        string what,
        Func<CancellationToken, Task<T>> run,
        CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            return await run(timer.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{what}: no answer within {limit.TotalSeconds} s.", e);
        }
    }
}
