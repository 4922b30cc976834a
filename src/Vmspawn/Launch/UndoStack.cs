namespace Vmspawn.Launch;

/// <summary>What a launch has acquired so far; disposed in reverse order, all of it, whatever one of them throws.</summary>
internal sealed class UndoStack : IAsyncDisposable
{
    private readonly Stack<object> _acquired = new();

    /// <param name="acquired">Disposable, in one of the two ways.</param>
    public T Add<T>(T acquired)
        where T : notnull
    {
        _acquired.Push(acquired);
        return acquired;
    }

    /// <exception cref="AggregateException">Some of it could not be disposed of.</exception>
    public async ValueTask DisposeAsync()
    {
        List<Exception>? failures = null;
        while (_acquired.TryPop(out var acquired))
        {
            try
            {
                if (acquired is IAsyncDisposable later)
                    await later.DisposeAsync();
                else
                    ((IDisposable)acquired).Dispose();
            }
            catch (Exception error)
            {
                (failures ??= []).Add(error);
            }
        }

        if (failures is not null)
            throw new AggregateException("Some of what the VM used could not be undone.", failures);
    }
}
