namespace Vmspawn.Control;

/// <summary>
/// Gives memory back to the system when nobody has called for a while: a supervisor lives for months and is spoken to for
/// seconds. It costs a few milliseconds once after each burst of calls, and no timer runs otherwise.
/// </summary>
internal sealed class IdleTrim : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly Timer _timer = new(_ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));

    /// <summary>Somebody has called: not yet.</summary>
    public void Used() => _timer.Change(Quiet, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();
}
