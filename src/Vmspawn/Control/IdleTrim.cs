namespace Vmspawn.Control;

/// <summary>
/// Returns memory to the system after a time without calls: a supervisor runs for months and is called for
/// seconds. It costs a few milliseconds once after each burst of calls, and no timer runs otherwise.
/// </summary>
internal sealed class IdleTrim : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly Timer _timer = new(_ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));

    /// <summary>A call restarts the time.</summary>
    public void Used() => _timer.Change(Quiet, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();
}
