namespace Vmspawn.Control;

/// <summary>Calls that are answered when the VM ends: the socket is removed only after their replies are sent.</summary>
internal sealed class FinalReplies
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly HashSet<Task> _replying = [];

    /// <summary>Runs a call that is waited for at the end.</summary>
    public async Task AddAsync(Task answering)
    {
        lock (_lock)
            _replying.Add(answering);
        try
        {
            await answering.ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
                _replying.Remove(answering);
        }
    }

    /// <summary>Waits for replies that are still being sent, within a time limit.</summary>
    public async Task WaitAsync()
    {
        Task[] replying;
        lock (_lock)
            replying = [.. _replying];
        await Task.WhenAny(Task.WhenAll(replying), Task.Delay(Limit)).ConfigureAwait(false);
    }
}
