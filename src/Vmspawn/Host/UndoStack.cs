using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>The steps that release what has been acquired, run in reverse order: all of them run, even if one throws.</summary>
/// <param name="report">Receives a sentence for each step that failed.</param>
internal sealed class UndoStack(Action<string> report) : IAsyncDisposable
{
    private readonly Stack<Step> _steps = new();

    /// <summary>Adds an object that is released by its disposal, the asynchronous one if it has both.</summary>
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

    /// <summary>Runs all steps; never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_steps.TryPop(out var step))
            await TryAsync(step.Undo, step.Run).ConfigureAwait(false);
    }

    /// <summary>Runs one step at once, where it must happen before an exception propagates; never throws.</summary>
    /// <param name="undo">What it does, for the message of its failure.</param>
    /// <param name="step">Undoes it.</param>
    public async ValueTask TryAsync(string undo, Func<ValueTask> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Report($"cannot {undo}: {FailureReason.Of(error)}");
        }
    }

    private void Report(string sentence)
    {
        try
        {
            report(sentence);
        }
        catch (IOException)
        {
            // The message cannot be written; the remaining steps must still run.
        }
    }

    private sealed record Step(string Undo, Func<ValueTask> Run);
}
