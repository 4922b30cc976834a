using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>What has been acquired so far, given back in reverse order: all of it, whatever a step throws.</summary>
/// <param name="tell">Takes a sentence for each step that failed.</param>
internal sealed class UndoStack(Action<string> tell) : IAsyncDisposable
{
    private readonly Stack<Step> _steps = new();

    /// <summary>Adds something that is given back by its disposal, the asynchronous one where it has both.</summary>
    /// <param name="undo">What the disposal does, for the message of its failure: <c>remove /run/user/1000/x</c>.</param>
    /// <param name="acquired">What was acquired.</param>
    public T Add<T>(string undo, T acquired)
        where T : class
    {
        Add(undo, acquired switch
        {
            IAsyncDisposable thing => thing.DisposeAsync,
            IDisposable thing => () =>
            {
                thing.Dispose();
                return ValueTask.CompletedTask;
            },
            _ => throw new ArgumentException($"{acquired.GetType()} has no disposal.", nameof(acquired)),
        });
        return acquired;
    }

    /// <summary>Adds a step.</summary>
    /// <param name="undo">What it does, for the message of its failure.</param>
    /// <param name="step">Undoes it.</param>
    public void Add(string undo, Func<ValueTask> step) => _steps.Push(new Step(undo, step));

    /// <summary>Undoes everything; never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_steps.TryPop(out var step))
            await TryAsync(step.Undo, step.Run);
    }

    /// <summary>Undoes one thing at once, where it has to happen before the reason goes on; never throws.</summary>
    /// <param name="undo">What it does, for the message of its failure.</param>
    /// <param name="step">Undoes it.</param>
    public async ValueTask TryAsync(string undo, Func<ValueTask> step)
    {
        try
        {
            await step();
        }
        catch (Exception error)
        {
            Tell($"cannot {undo}: {FailureReason.Of(error)}");
        }
    }

    private void Tell(string sentence)
    {
        try
        {
            tell(sentence);
        }
        catch (IOException)
        {
            // Nobody reads what we say; the steps that are left matter more.
        }
    }

    private sealed record Step(string Undo, Func<ValueTask> Run);
}
