using System.Text;
using System.Text.RegularExpressions;
using Vmspawn.Linux;

namespace Vmspawn;

/// <summary>
/// What the guest writes to its console, as bytes and as text: to be read, searched and waited for; and input for the guest. The text is UTF-8 without
/// carriage returns and terminal sequences. All members may be used from any thread.
/// </summary>
public sealed class GuestConsole : IAsyncDisposable
{
    /// <summary>The default time limit of waits where the guest's processors are not emulated.</summary>
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _typing = new(1);
    private readonly PseudoTerminal? _terminal;
    private readonly Readiness? _readiness;
    private readonly BackgroundTasks _background;
    private readonly ConsoleBytes _bytes;
    private readonly ConsoleTranscript _transcript;
    private readonly ConsoleWaits _waits;

    /// <param name="terminal">The console, which the caller disposes after this; null where there is none or another program reads it.</param>
    /// <param name="limit">How many bytes and how many characters are kept.</param>
    /// <param name="factor">The factor of the default time limit.</param>
    /// <param name="failed">Receives the failure of reading.</param>
    /// <param name="time">The clock of time limits.</param>
    internal GuestConsole(PseudoTerminal? terminal, int limit, double factor, Action<string, Exception> failed, TimeProvider time)
    {
        _terminal = terminal;
        _bytes = new ConsoleBytes(limit);
        _transcript = new ConsoleTranscript(_bytes, limit);
        _waits = new ConsoleWaits(_bytes, _transcript, DefaultLimit * factor, time);
        _background = new BackgroundTasks(failed);
        if (terminal is null)
        {
            _bytes.End();
            return;
        }

        _readiness = new Readiness(terminal.Master);
        _background.Run("read the guest's console", ReadAsync);
    }

    /// <summary>Whether this process reads the console; false where QEMU does (<see cref="Options.ConsoleMode.Native"/>) or there is none.</summary>
    public bool IsAvailable => _terminal is not null;

    /// <summary>The text that is kept.</summary>
    public string Text => _transcript.Text;

    /// <summary>The kernel's line about its panic, or null.</summary>
    public string? Panic => _transcript.Panic;

    /// <summary>The last lines of the text.</summary>
    public string Tail => _waits.Tail;

    /// <summary>The window size of the console's terminal. QEMU up to 11.1 passes it to no guest.</summary>
    /// <exception cref="InvalidOperationException">The machine has no console that this process reads.</exception>
    /// <exception cref="LinuxException">The console is closed: the machine has ended.</exception>
    /// <exception cref="ObjectDisposedException">The machine was disposed.</exception>
    public WindowSize Size
    {
        get => Own().Terminal.Size;
        set => Own().Terminal.Size = value;
    }

    /// <summary>Opens a reader of the bytes that the guest writes, which can only be read asynchronously. It ends with the machine; the caller disposes it.</summary>
    /// <param name="withHistory">Whether it begins with the bytes that are kept (<see cref="VmStartOptions.ConsoleHistory"/>), or with what the guest writes next.</param>
    /// <param name="holdsGuest">
    /// Whether the console waits for this reader when it is far behind, and so the guest, as for a terminal that is stopped. Otherwise a reader that is slower than the guest by
    /// more than the bytes that are kept loses the oldest.
    /// </param>
    public Stream OpenOutput(bool withHistory = true, bool holdsGuest = false) => _bytes.Open(withHistory, holdsGuest);

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
    public IAsyncEnumerable<string> ReadLinesAsync(CancellationToken cancellationToken = default) => _waits.ReadLinesAsync(cancellationToken);

    /// <summary>Sends a text to the guest, as if it was typed: a line ends with <c>\r</c> or <c>\n</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends it; a part may have been sent.</param>
    /// <exception cref="IOException">The console is closed: the machine has ended.</exception>
    /// <exception cref="InvalidOperationException">The machine has no console that this process reads.</exception>
    public Task SendAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SendAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
    }

    /// <summary>Sends bytes to the guest. They are not mixed with those of another call.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellationToken">Ends it; a part may have been sent.</param>
    /// <inheritdoc cref="SendAsync(string, CancellationToken)"/>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        var (terminal, readiness) = Own();
        var rest = bytes;
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
        _bytes.End();
        _typing.Dispose();
    }

    /// <summary>Says when and how the machine ends, which ends all waits.</summary>
    internal void EndsWith(Task<VmExit> exited) => _waits.Exited = exited;

    /// <summary>Completes with the console's end.</summary>
    internal Task Ended => _bytes.Ended;

    /// <summary>A reader that does not hold the guest, and tells the past from what is written after it was opened.</summary>
    internal ConsoleReader OpenReader(bool withHistory) => _bytes.Open(withHistory, holdsGuest: false);

    /// <summary>The bytes that are kept.</summary>
    internal async Task<byte[]> ReadHistoryAsync()
    {
        var output = OpenReader(withHistory: true);
        await using (output.ConfigureAwait(false))
        {
            var bytes = new byte[output.Waiting];
            await output.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false).ConfigureAwait(false);
            return bytes;
        }
    }

    private (PseudoTerminal Terminal, Readiness Readiness) Own() => _terminal is null
        ? throw new InvalidOperationException("the machine has no console that this process reads")
        : (_terminal, _readiness!);

    private async Task ReadAsync(CancellationToken stop)
    {
        var buffer = new byte[4096];
        try
        {
            while (await ReadSomeAsync(buffer).ConfigureAwait(false) is > 0 and var count)
            {
                _bytes.Append(buffer.AsSpan(0, count));
                await _bytes.WaitRoomAsync(stop).ConfigureAwait(false);
            }
        }
        catch (ObjectDisposedException)
        {
            // This was disposed before the guest's end.
        }
        finally
        {
            _bytes.End();
        }
    }

    private async ValueTask<int> ReadSomeAsync(byte[] buffer)
    {
        try
        {
            while (true)
            {
                if (DescriptorIo.Read(_terminal!.Master, buffer) is >= 0 and var count)
                    return count;
                // Without a token, which would cost an allocation for each line of the guest: the disposal ends this wait.
                await _readiness!.WaitReadableAsync().ConfigureAwait(false);
            }
        }
        catch (LinuxException error) when (error.Errno == Errno.EIO)
        {
            // The other side is closed, and all of it read (pty(7)).
            return 0;
        }
    }

    /// <summary>Completes with the kernel's line about its panic; never without one.</summary>
    internal Task<string> WhenPanicsAsync(CancellationToken cancellationToken) => _waits.WhenPanicsAsync(cancellationToken);

    private Task<T> WaitAsync<T>(string awaited, Func<string, (int End, T Found)?> find, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        Own();
        return _waits.WaitAsync(awaited, find, timeout, cancellationToken);
    }
}
