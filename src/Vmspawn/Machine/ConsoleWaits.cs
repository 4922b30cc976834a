using System.Runtime.CompilerServices;

namespace Vmspawn;

/// <summary>Waits for what a guest writes to its console. Each ends with the console, the kernel's panic or its time limit, whatever comes first.</summary>
/// <param name="bytes">Says when more is written.</param>
/// <param name="transcript">The text.</param>
/// <param name="defaultLimit">The time limit of waits that have none of their own.</param>
/// <param name="time">The clock of time limits.</param>
internal sealed class ConsoleWaits(ConsoleBytes bytes, ConsoleTranscript transcript, TimeSpan defaultLimit, TimeProvider time)
{
    /// <summary>Lines shown in the messages of exceptions.</summary>
    private const int TailLines = 30;

    private readonly Lock _lock = new();
    private long _waited;

    /// <summary>How the machine ends.</summary>
    public Task<VmExit> Exited { get; set; } = new TaskCompletionSource<VmExit>().Task;

    /// <summary>The last lines of the text.</summary>
    public string Tail => string.Join('\n', transcript.Text.TrimEnd('\n').Split('\n').TakeLast(TailLines));

    /// <summary>The lines from now on, without line feeds, until the console's end; an incomplete last line is included.</summary>
    public async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = transcript.End;
        while (true)
        {
            // Both before the text, so that it has what was written until then.
            var (isEnded, change) = (bytes.IsEnded, bytes.Changed);
            foreach (var line in LinesAfter(ref position, isEnded))
                yield return line;
            if (isEnded)
                yield break;
            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Completes with the kernel's line about its panic; never without one.</summary>
    public async Task<string> WhenPanicsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (isEnded, change) = (bytes.IsEnded, bytes.Changed);
            if (transcript.Panic is { } panic)
                return panic;
            await (isEnded ? Task.Delay(Timeout.Infinite, cancellationToken) : change.WaitAsync(cancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for something in the text after the last match of an earlier wait.</summary>
    /// <param name="awaited">What it is, for messages.</param>
    /// <param name="find">Finds it: where it ends, and what it is.</param>
    /// <param name="timeout">The time limit; null for the default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> WaitAsync<T>(string awaited, Func<string, (int End, T Found)?> find, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var limit = timeout ?? defaultLimit;
        using var bound = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        while (true)
        {
            // Both before the text, so that it has what was written until then.
            var (isEnded, change) = (bytes.IsEnded, bytes.Changed);
            lock (_lock)
            {
                if (find(transcript.After(ref _waited)) is { } found)
                {
                    _waited += found.End;
                    return found.Found;
                }
            }

            if (transcript.Panic is { } panic)
                throw new VmPanicException(awaited, panic, Tail);
            try
            {
                if (isEnded)
                    throw new VmEndedException(awaited, await Exited.WaitAsync(either.Token).ConfigureAwait(false), Tail);
                await change.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new VmTimeoutException(awaited, limit, Tail);
            }
        }
    }

    private List<string> LinesAfter(ref long position, bool isEnded)
    {
        var lines = new List<string>();
        var written = transcript.After(ref position);
        var begin = 0;
        for (int end; (end = written.IndexOf('\n', begin)) >= 0; begin = end + 1)
            lines.Add(written[begin..end]);
        if (isEnded && begin < written.Length)
        {
            lines.Add(written[begin..]);
            begin = written.Length;
        }

        position += begin;
        return lines;
    }
}
