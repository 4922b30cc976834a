using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Vmspawn.Linux;

namespace Vmspawn;

/// <summary>
/// What the guest writes to its console, as text: to be read, searched and waited for; and input for the guest. The text is UTF-8 without
/// carriage returns and terminal sequences. All members may be used from any thread.
/// </summary>
public sealed class GuestConsole : IAsyncDisposable
{
    /// <summary>Lines shown in the messages of exceptions.</summary>
    private const int TailLines = 30;

    /// <summary>Linux, kernel/panic.c.</summary>
    private const string PanicMark = "Kernel panic - not syncing";

    /// <summary>The default time limit of waits where the guest's processors are not emulated.</summary>
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly SemaphoreSlim _typing = new(1);
    private readonly PseudoTerminal? _terminal;
    private readonly Readiness? _readiness;
    private readonly BackgroundTasks _background;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _panicked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _limit;
    private readonly TimeSpan _defaultLimit;
    private readonly TimeProvider _time;
    private TaskCompletionSource _changed = NewChange();
    private Task<VmExit> _exited = new TaskCompletionSource<VmExit>().Task;
    private string? _panic;
    private long _start;
    private long _waited;

    /// <param name="terminal">The console, which the caller disposes after this; null where there is none or another program reads it.</param>
    /// <param name="limit">How many characters are kept.</param>
    /// <param name="factor">The factor of the default time limit.</param>
    /// <param name="failed">Receives the failure of reading.</param>
    /// <param name="time">The clock of time limits.</param>
    internal GuestConsole(PseudoTerminal? terminal, int limit, double factor, Action<string, Exception> failed, TimeProvider time)
    {
        _terminal = terminal;
        _limit = limit;
        _defaultLimit = DefaultLimit * factor;
        _time = time;
        _background = new BackgroundTasks(failed);
        if (terminal is null)
        {
            _drained.SetResult();
            return;
        }

        _readiness = new Readiness(terminal.Master);
        _background.Run("read the guest's console", ReadAsync);
    }

    /// <summary>The text that is kept.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
                return _text.ToString();
        }
    }

    /// <summary>The kernel's line about its panic, or null.</summary>
    public string? Panic
    {
        get
        {
            lock (_lock)
                return _panic;
        }
    }

    /// <summary>The last lines of the text.</summary>
    public string Tail
    {
        get
        {
            var lines = Text.TrimEnd('\n').Split('\n');
            return string.Join('\n', lines.TakeLast(TailLines));
        }
    }

    /// <summary>Completes with the kernel's line about its panic.</summary>
    internal Task<string> Panicked => _panicked.Task;

    /// <summary>Completes when all of the guest's output has been read.</summary>
    internal Task Drained => _drained.Task;

    /// <summary>Waits for a text after the last match of an earlier wait.</summary>
    /// <param name="text">The text, compared by ordinal value.</param>
    /// <param name="timeout">The time limit; null is a minute, times <see cref="VmStartOptions.EmulationFactor"/> without KVM.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmTimeoutException">It was not written within the time limit.</exception>
    /// <exception cref="VmPanicException">The guest's kernel panicked first.</exception>
    /// <exception cref="VmEndedException">The machine ended first.</exception>
    /// <exception cref="InvalidOperationException">The machine has no console that this process reads.</exception>
    public Task WaitForAsync(string text, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return WaitAsync<string>($"\"{text}\" on the console", written => written.IndexOf(text, StringComparison.Ordinal) is >= 0 and var at ? (at + text.Length, text) : null, timeout, cancellationToken);
    }

    /// <summary>Waits for a match of a pattern after the last match of an earlier wait.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="timeout">The time limit, as for <see cref="WaitForAsync(string, TimeSpan?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="WaitForAsync(string, TimeSpan?, CancellationToken)"/>
    /// <returns>The match.</returns>
    public Task<Match> WaitForAsync(Regex pattern, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return WaitAsync<Match>($"a match of \"{pattern}\" on the console", written => pattern.Match(written) is { Success: true } match ? (match.Index + match.Length, match) : null, timeout, cancellationToken);
    }

    /// <summary>The lines from now on, without line feeds, until the machine's end; an incomplete last line is included.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long position;
        lock (_lock)
            position = _start + _text.Length;
        while (true)
        {
            var (lines, next, change) = LinesFrom(position);
            position = next;
            foreach (var line in lines)
                yield return line;
            if (_drained.Task.IsCompleted && change is null)
                yield break;
            if (change is not null)
                await Task.WhenAny(change, _drained.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a text to the guest, as if it was typed: a line ends with <c>\r</c> or <c>\n</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends it; a part may have been sent.</param>
    /// <exception cref="IOException">The console is closed: the machine has ended.</exception>
    /// <exception cref="InvalidOperationException">The machine has no console that this process reads.</exception>
    public async Task SendAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (terminal, readiness) = Own();
        ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(text);
        await _typing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (rest.Length > 0)
            {
                var count = DescriptorIo.Write(terminal.Master, rest.Span);
                if (count < 0)
                    await readiness.WaitWritableAsync(cancellationToken).ConfigureAwait(false);
                else
                    rest = rest[count..];
            }
        }
        catch (ObjectDisposedException closed)
        {
            throw new IOException("the console is closed: the machine has ended", closed);
        }
        finally
        {
            _typing.Release();
        }
    }

    /// <summary>Stops reading.</summary>
    public async ValueTask DisposeAsync()
    {
        _readiness?.Dispose();
        await _background.DisposeAsync().ConfigureAwait(false);
        _drained.TrySetResult();
        _typing.Dispose();
    }

    /// <summary>Says when and how the machine ends, which ends all waits.</summary>
    internal void EndsWith(Task<VmExit> exited) => _exited = exited;

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private (PseudoTerminal Terminal, Readiness Readiness) Own() => _terminal is null
        ? throw new InvalidOperationException("the machine has no console that this process reads")
        : (_terminal, _readiness!);

    private async Task ReadAsync(CancellationToken stop)
    {
        var decoder = new ConsoleText();
        var buffer = new byte[4096];
        try
        {
            while (await ReadSomeAsync(buffer, stop).ConfigureAwait(false) is > 0 and var count)
                Append(decoder, buffer.AsSpan(0, count));
        }
        catch (ObjectDisposedException)
        {
            // This was disposed before the guest's end.
        }
        finally
        {
            _drained.TrySetResult();
        }
    }

    private async ValueTask<int> ReadSomeAsync(byte[] buffer, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                if (DescriptorIo.Read(_terminal!.Master, buffer) is >= 0 and var count)
                    return count;
                await _readiness!.WaitReadableAsync(stop).ConfigureAwait(false);
            }
        }
        catch (LinuxException error) when (error.Errno == Errno.EIO)
        {
            // The other side is closed, and all of it read (pty(7)).
            return 0;
        }
    }

    private void Append(ConsoleText decoder, ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            // A line that arrives in pieces is looked at as a whole.
            var from = Math.Max(0, _text.Length - 1024);
            decoder.Decode(bytes, _text);
            _panic ??= PanicIn(_text.ToString(from, _text.Length - from));
            // Removed in larger pieces, because a removal moves what follows.
            if (_text.Length > _limit + (_limit / 4))
            {
                var removed = _text.Length - _limit;
                _text.Remove(0, removed);
                _start += removed;
            }

            (changed, _changed) = (_changed, NewChange());
        }

        if (Panic is { } panic)
            _panicked.TrySetResult(panic);
        changed.TrySetResult();
    }

    /// <summary>The line of a panic once it is complete.</summary>
    private static string? PanicIn(string text)
    {
        var at = text.IndexOf(PanicMark, StringComparison.Ordinal);
        var end = at < 0 ? -1 : text.IndexOf('\n', at);
        return end < 0 ? null : text[at..end];
    }

    private (List<string> Lines, long Next, Task? Change) LinesFrom(long position)
    {
        lock (_lock)
        {
            var lines = new List<string>();
            var written = After(ref position);
            var begin = 0;
            for (int end; (end = written.IndexOf('\n', begin)) >= 0; begin = end + 1)
                lines.Add(written[begin..end]);
            var isLast = _drained.Task.IsCompleted;
            if (isLast && begin < written.Length)
            {
                lines.Add(written[begin..]);
                begin = written.Length;
            }

            return (lines, position + begin, isLast ? null : _changed.Task);
        }
    }

    /// <summary>The text after a position; the position moves on where its text was removed.</summary>
    private string After(ref long position)
    {
        position = Math.Max(position, _start);
        var index = (int)(position - _start);
        return _text.ToString(index, _text.Length - index);
    }

    private async Task<T> WaitAsync<T>(string awaited, Func<string, (int End, T Found)?> find, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        Own();
        var limit = timeout ?? _defaultLimit;
        using var bound = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        while (true)
        {
            // Looked at before the text: what was written before these is found.
            var isDrained = _drained.Task.IsCompleted;
            Task change;
            string? panic;
            lock (_lock)
            {
                if (find(After(ref _waited)) is { } found)
                {
                    _waited += found.End;
                    return found.Found;
                }

                (change, panic) = (_changed.Task, _panic);
            }

            if (panic is not null)
                throw new VmPanicException(awaited, panic, Tail);
            try
            {
                if (isDrained)
                    throw new VmEndedException(awaited, await _exited.WaitAsync(either.Token).ConfigureAwait(false), Tail);
                await Task.WhenAny(change, _drained.Task).WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new VmTimeoutException(awaited, limit, Tail);
            }
        }
    }
}
