using Vmspawn.Pcie;

namespace Vmspawn.Control.Ports;

/// <summary>The owner table for many clients at once, who may wait a little for a port that is about to be free.</summary>
internal sealed class PortPool(PortTable table)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<PortRow> Rows
    {
        get
        {
            lock (_lock)
                return table.Rows;
        }
    }

    /// <summary>Sets a port aside, waiting for one only while some device is on its way out.</summary>
    /// <param name="owner">For whom.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <exception cref="ControlException">None is free.</exception>
    public async Task<RootPort> ReserveAsync(string owner, TimeSpan patience)
    {
        using var enough = new CancellationTokenSource(patience);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (table.Reserve(owner) is { } port)
                    return port;
                if (!table.IsAnyDetaching || enough.IsCancellationRequested)
                    throw new ControlException(ControlFailure.NoFreePort, table.Shortage()) { Errno = Linux.Errno.EBUSY };
                changed = _changed.Task;
            }

            await changed.WaitAsync(enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Take(string id) => Change(() => table.Take(id));

    public void GiveUp(string id) => Change(() => table.GiveUp(id));

    public void Found(string id, string owner) => Change(() => table.Found(id, owner));

    public void BeginDetach(string id) => Change(() => table.BeginDetach(id));

    public void Refused(string id) => Change(() => table.Refused(id));

    public void Deleted(string id) => Change(() => table.Deleted(id));

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
