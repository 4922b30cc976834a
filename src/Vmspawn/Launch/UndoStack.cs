namespace Vmspawn.Launch;

/// <summary>What a launch has acquired so far; disposed in reverse, all of it, whatever one of them throws.</summary>
internal sealed class UndoStack : IDisposable
{
    private readonly Stack<IDisposable> _acquired = new();

    public T Add<T>(T acquired)
        where T : IDisposable
    {
        _acquired.Push(acquired);
        return acquired;
    }

    public void Dispose()
    {
        List<Exception>? failures = null;
        while (_acquired.TryPop(out var acquired))
        {
            try
            {
                acquired.Dispose();
            }
            catch (IOException error)
            {
                (failures ??= []).Add(error);
            }
        }

        if (failures is not null)
            throw new AggregateException("Some of what the VM used could not be given back.", failures);
    }
}
