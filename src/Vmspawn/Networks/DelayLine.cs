namespace Vmspawn.Networks;

/// <summary>Frames on their way: each is delivered when its delay has passed. A frame that does not fit is lost.</summary>
/// <param name="deliver">Receives each frame; called on a timer's thread.</param>
/// <param name="time">The clock.</param>
internal sealed class DelayLine(Action<DelayedFrame> deliver, TimeProvider time) : IDisposable
{
    private const int MostFrames = 8192;
    private const long MostBytes = 16 << 20;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<DelayedFrame, (long Due, long Number)> _frames = new();
    private ITimer? _timer;
    private long _bytes;
    private long _number;
    private bool _isDisposed;

    public void Add(SwitchPort to, byte[] frame, TimeSpan delay)
    {
        lock (_lock)
        {
            if (_isDisposed || _frames.Count >= MostFrames || _bytes + frame.Length > MostBytes)
                return;
            var due = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
            _bytes += frame.Length;
            _frames.Enqueue(new DelayedFrame(to, frame), (due, _number++));
            Arm();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _frames.Clear();
            _timer?.Dispose();
        }
    }

    private void Arm()
    {
        if (!_frames.TryPeek(out _, out var first))
            return;
        var now = time.GetTimestamp();
        var wait = first.Due <= now ? TimeSpan.Zero : time.GetElapsedTime(now, first.Due);
        _timer ??= time.CreateTimer(_ => Deliver(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Deliver()
    {
        var due = new List<DelayedFrame>();
        lock (_lock)
        {
            var now = time.GetTimestamp();
            while (_frames.TryPeek(out _, out var first) && first.Due <= now)
                due.Add(_frames.Dequeue());
            _bytes -= due.Sum(frame => (long)frame.Bytes.Length);
            if (!_isDisposed)
                Arm();
        }

        due.ForEach(deliver);
    }
}

/// <summary>A frame for a port.</summary>
internal sealed record DelayedFrame(SwitchPort To, byte[] Bytes);
