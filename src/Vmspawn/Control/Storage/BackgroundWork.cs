using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>Work that no client waits for. Its failure is reported, and it is waited for at the end.</summary>
internal sealed class BackgroundWork(TimeProvider clock, Action<string> report) : IAsyncDisposable
{
    /// <summary>At the end the monitor is closed, which ends what waits for QEMU.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<Task> _running = [];

    /// <summary>Starts something.</summary>
    /// <param name="subject">What a failure is about.</param>
    /// <param name="work">Started at once.</param>
    public void Run(string subject, Func<Task> work)
    {
        var running = GuardAsync(subject, work);
        lock (_lock)
        {
            _running.RemoveAll(task => task.IsCompleted);
            _running.Add(running);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running).WaitAsync(EndLimit, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task GuardAsync(string subject, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (QmpDisconnectedException)
        {
            // The end of the monitor is reported elsewhere.
        }
        catch (Exception error)
        {
            report($"{subject}: {error.Message}");
        }
    }
}
