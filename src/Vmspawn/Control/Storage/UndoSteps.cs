using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>What has been done to QEMU so far, to be undone in reverse when a later step fails.</summary>
internal sealed class UndoSteps
{
    private readonly Stack<Func<Task>> _steps = new();

    public void Add(Func<Task> undo) => _steps.Push(undo);

    public void Add(Action undo) => Add(() =>
    {
        undo();
        return Task.CompletedTask;
    });

    /// <summary>What was done so far stays.</summary>
    public void Clear() => _steps.Clear();

    /// <summary>Undoes everything.</summary>
    /// <param name="cause">Why.</param>
    /// <returns>The same reason as ours, with what could not be undone added.</returns>
    public async Task<ControlException> UnwindAsync(Exception cause)
    {
        var failure = cause as ControlException ?? MonitorAccess.Translate((QmpException)cause);
        var left = new List<string>();
        while (_steps.TryPop(out var undo))
        {
            try
            {
                await undo();
            }
            catch (QmpException error) when (error is not QmpDisconnectedException)
            {
                left.Add(error.Message);
            }
            catch (QmpDisconnectedException)
            {
                // With QEMU gone there is nothing to undo.
            }
        }

        return left.Count == 0
            ? failure
            : new ControlException(failure.Failure, $"{failure.Message}; not all of it could be undone: {string.Join("; ", left)}", cause)
            {
                Errno = failure.Errno,
            };
    }
}
