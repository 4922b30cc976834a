using System.Threading.Channels;

namespace Vmspawn.Supervise;

/// <summary>Writes events into the inbox after a delay. A timer that is cleared writes nothing, unless it has just fired.</summary>
internal sealed class EventTimers(ChannelWriter<SupervisorEvent> inbox, TimeProvider time) : IDisposable
{
    private readonly List<ITimer> _timers = [];

    /// <summary>Writes the event after the delay. Called by the inbox's reader only.</summary>
    public void After(TimeSpan delay, SupervisorEvent then) =>
        _timers.Add(time.CreateTimer(_ => inbox.TryWrite(then), null, delay, Timeout.InfiniteTimeSpan));

    public void Clear()
    {
        _timers.ForEach(timer => timer.Dispose());
        _timers.Clear();
    }

    public void Dispose() => Clear();
}
