using System.IO.Pipelines;
using Vmspawn.Linux;

namespace Vmspawn.Guests.Shell;

/// <summary>A command at the other end of the port.</summary>
internal sealed class ShellProcess : GuestProcess
{
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ShellStream[] _streams = [new(), new()];
    private readonly ShellInput _input;
    private readonly int _slot;
    private readonly Action<string> _call;
    private readonly Action<bool> _release;
    private bool _isInputOver;
    private int _over;

    /// <param name="slot">Where it runs.</param>
    /// <param name="hasInput">It has a standard input.</param>
    /// <param name="call">Calls a function of the server.</param>
    /// <param name="sendInput">Sends a chunk of its standard input.</param>
    /// <param name="release">Gives the slot back: whether it can be used again.</param>
    public ShellProcess(int slot, bool hasInput, Action<string> call, Action<ReadOnlyMemory<byte>> sendInput, Action<bool> release)
    {
        (_slot, _call, _release, _isInputOver) = (slot, call, release, !hasInput);
        _input = new ShellInput(hasInput, sendInput, () => call($"z {slot}"));
    }

    public override Stream Input => _input;

    public override Stream Output => _streams[0].Reading;

    public override Stream Error => _streams[1].Reading;

    public override Task<int> Exited => _exit.Task;

    public override void Send(Signal signal)
    {
        if (!_exit.Task.IsCompleted)
            _call($"k {_slot} {(int)signal}");
    }

    public override void Resize(WindowSize size)
    {
        if (!_exit.Task.IsCompleted)
            _call($"s {_slot} {size.Rows} {size.Columns}");
    }

    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            if (!_exit.Task.IsCompleted)
                _call($"k {_slot} {(int)Signal.SIGKILL}");
            _release(false);
        }

        Fail(new ObjectDisposedException(nameof(GuestProcess)));
        return ValueTask.CompletedTask;
    }

    /// <summary>The stream with a number of the protocol: 1 or 2.</summary>
    /// <returns>Null when there is none.</returns>
    internal ShellStream? Stream(int number) => number is 1 or 2 ? _streams[number - 1] : null;

    /// <summary>The guest has taken the last chunk of the input.</summary>
    internal void Credit() => _input.Credit();

    internal void End(int status)
    {
        _exit.TrySetResult(status);
        _input.Fail(new IOException("the command has ended"));
        // Whatever the program that gives the input does: the guest waits for its end.
        _input.Dispose();
        ReleaseWhenOver();
    }

    internal void CloseStream(int number)
    {
        Stream(number)?.End(null);
        ReleaseWhenOver();
    }

    /// <summary>The guest reads the next command's input from now on.</summary>
    internal void CloseInput()
    {
        _isInputOver = true;
        ReleaseWhenOver();
    }

    /// <summary>The connection is lost, or this was disposed.</summary>
    internal void Fail(Exception why)
    {
        _exit.TrySetException(why);
        // Nobody has to wait for it.
        _ = _exit.Task.Exception;
        _input.Fail(why);
        foreach (var stream in _streams)
            stream.End(why);
    }

    private void ReleaseWhenOver()
    {
        if (_exit.Task.IsCompleted && _isInputOver && _streams.All(stream => stream.IsEnded) && Interlocked.Exchange(ref _over, 1) == 0)
            _release(true);
    }
}

/// <summary>An output of a command: at most a chunk and what fits into the pipe are held.</summary>
internal sealed class ShellStream
{
    /// <summary>The most that is unread before the guest has to wait.</summary>
    private const int Most = 256 << 10;

    private readonly System.IO.Pipelines.Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: Most, resumeWriterThreshold: Most / 2, useSynchronizationContext: false));
    private readonly Lock _lock = new();
    private Exception? _failure;

    public ShellStream() => Reading = _pipe.Reader.AsStream();

    public Stream Reading { get; }

    /// <summary>No more comes.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>A chunk has come that the guest was not told to have arrived.</summary>
    public bool IsBusy { get; private set; }

    public void Write(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            IsBusy = true;
            if (IsEnded)
                return;
            var space = _pipe.Writer.GetSpan(data.Length);
            data.CopyTo(space);
            _pipe.Writer.Advance(data.Length);
        }
    }

    /// <summary>Completes when there is room for the next chunk.</summary>
    public async Task FlushAsync(CancellationToken cancel)
    {
        ValueTask<FlushResult> flush;
        lock (_lock)
        {
            if (IsEnded)
                return;
            flush = _pipe.Writer.FlushAsync(cancel);
        }

        await flush.ConfigureAwait(false);
        lock (_lock)
        {
            IsBusy = false;
            if (IsEnded)
                Complete();
        }
    }

    public void End(Exception? why)
    {
        lock (_lock)
        {
            if (IsEnded)
                return;
            (IsEnded, _failure) = (true, why);
            if (!IsBusy)
                Complete();
            else if (why is not null)
                _pipe.Writer.CancelPendingFlush();
        }
    }

    private void Complete() => _pipe.Writer.Complete(_failure);
}

/// <summary>
/// The standard input of a command. The guest says when it takes the next chunk; what is written until then is gathered into one, since a chunk
/// costs a way there and back.
/// </summary>
internal sealed class ShellInput(bool exists, Action<ReadOnlyMemory<byte>> send, Action end) : AsyncStream
{
    /// <summary>The longest chunk; the guest holds it in memory.</summary>
    private const int Most = 512 << 10;

    private readonly Lock _lock = new();
    private readonly MemoryStream _gathered = new();
    private TaskCompletionSource _changed = NewSource();
    private Exception? _failure;
    private int _credit;
    private bool _isEnding = !exists;
    private bool _isEnded = !exists;

    public override bool CanWrite => true;

    /// <summary>The guest takes another chunk.</summary>
    public void Credit()
    {
        lock (_lock)
        {
            _credit++;
            SendWhatIsDue();
        }
    }

    /// <summary>Nothing more is sent.</summary>
    public void Fail(Exception why)
    {
        lock (_lock)
        {
            _failure ??= why;
            _gathered.SetLength(0);
            SendWhatIsDue();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            Task changed;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isEnding, this);
                if (_failure is not null)
                    throw new IOException($"the command takes no more input: {_failure.Message}", _failure);
                var count = Math.Min(buffer.Length, Most - (int)_gathered.Length);
                _gathered.Write(buffer.Span[..count]);
                buffer = buffer[count..];
                changed = _changed.Task;
                SendWhatIsDue();
            }

            if (buffer.Length > 0)
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
            {
                _isEnding = true;
                SendWhatIsDue();
            }
        }

        base.Dispose(disposing);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void SendWhatIsDue()
    {
        if (_credit > 0 && _gathered.Length > 0)
        {
            _credit--;
            send(_gathered.GetBuffer().AsMemory(0, (int)_gathered.Length));
            _gathered.SetLength(0);
        }

        if (_isEnding && !_isEnded && _gathered.Length == 0)
        {
            _isEnded = true;
            end();
        }

        if (_gathered.Length < Most || _failure is not null)
        {
            _changed.TrySetResult();
            _changed = NewSource();
        }
    }
}
