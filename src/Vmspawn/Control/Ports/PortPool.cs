namespace Vmspawn.Control.Ports;

/// <summary>The table of ports for concurrent clients, which may wait for a port that is about to be free.</summary>
internal sealed class PortPool(PortTable table, TimeProvider clock)
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

    /// <inheritdoc cref="PortTable.FindLease"/>
    public PortLease? FindLease(string portId)
    {
        lock (_lock)
            return table.FindLease(portId);
    }

    /// <summary>Reserves a port; waits for one only while some device is being detached.</summary>
    /// <param name="owner">The use of the device, for messages.</param>
    /// <param name="timeout">The time limit.</param>
    /// <exception cref="VmControlException">None is free.</exception>
    public async Task<PortLease> ReserveAsync(string owner, TimeSpan timeout)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            Task changed;
            var left = timeout - clock.GetElapsedTime(started);
            lock (_lock)
            {
                if (table.Reserve(owner) is { } lease)
                    return lease;
                if (!table.IsAnyDetaching || left <= TimeSpan.Zero)
                    throw new VmControlException(VmControlFailure.NoFreePort, table.Shortage()) { Errno = Linux.Errno.EBUSY };
                changed = _changed.Task;
            }

            await changed.WaitAsync(left, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc cref="PortTable.Take"/>
    public void Take(PortLease lease) => Change(() => table.Take(lease));

    /// <inheritdoc cref="PortTable.Pass"/>
    public PortLease? Pass(PortLease lease, string owner) => Change(() => table.Pass(lease, owner));

    /// <inheritdoc cref="PortTable.BeginDetach"/>
    public void BeginDetach(PortLease lease) => Change(() => table.BeginDetach(lease));

    /// <inheritdoc cref="PortTable.Refused"/>
    public void Refused(PortLease lease) => Change(() => table.Refused(lease));

    /// <inheritdoc cref="PortTable.Release"/>
    public void Release(PortLease lease) => Change(() => table.Release(lease));

    private T Change<T>(Func<T> change)
    {
        TaskCompletionSource changed;
        T result;
        lock (_lock)
        {
            result = change();
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
        return result;
    }
}
