using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>Where the monitor will be once QEMU has greeted, for those who need it beside the supervisor.</summary>
internal sealed class MonitorSlot
{
    private readonly TaskCompletionSource<QmpClient> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the monitor; never when QEMU ends before it greets.</summary>
    public Task<QmpClient> Ready => _ready.Task;

    /// <summary>Completes with the reason when there is no monitor any more.</summary>
    public Task<string> Lost => _lost.Task;

    public void Fill(QmpClient monitor) => _ready.TrySetResult(monitor);

    /// <summary>The first reason stays.</summary>
    public void Lose(string reason) => _lost.TrySetResult(reason);
}
