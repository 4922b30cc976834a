namespace Vmspawn.Control;

/// <summary>Calls that are answered when the VM ends: the socket goes only after they have been.</summary>
internal sealed class LastWords
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly HashSet<Task> _speaking = [];

    /// <summary>Runs with the call, and is waited for at the end.</summary>
    public async Task Of(Task answering)
    {
        lock (_lock)
            _speaking.Add(answering);
        try
        {
            await answering;
        }
        finally
        {
            lock (_lock)
                _speaking.Remove(answering);
        }
    }

    /// <summary>Waits a moment for those that are still speaking.</summary>
    public async Task HearAsync()
    {
        Task[] speaking;
        lock (_lock)
            speaking = [.. _speaking];
        await Task.WhenAny(Task.WhenAll(speaking), Task.Delay(Patience));
    }
}
