using System.Globalization;
using System.Threading.Channels;
using Vmspawn.Linux;

namespace Vmspawn.Guests.Shell;

/// <summary>
/// A root shell in the guest, on a virtio port or another stream. Each time the guest opens the port, the server's text is sent to it and a session begins,
/// which ends when the guest closes the port or restarts.
/// </summary>
internal sealed class ShellPort : IGuestTransport
{
    /// <summary>The time limit for the guest to read what was sent to it.</summary>
    private static readonly TimeSpan EchoBound = TimeSpan.FromSeconds(30);

    /// <summary>The longest chunk that the server sends.</summary>
    private const int LongestChunk = 1 << 20;

    private readonly UnixConnection _port;
    private readonly BackgroundTasks _background;
    private readonly Channel<Outgoing> _outbox = Channel.CreateUnbounded<Outgoing>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private TaskCompletionSource _ready = NewSource();
    private ShellSession? _session;
    private TaskCompletionSource? _echo;
    private string? _refusal;
    private string _name = "shell";

    /// <param name="port">Our end of the port's socket, owned from now on.</param>
    /// <param name="failed">Receives the failure of reading or writing.</param>
    public ShellPort(UnixConnection port, Action<string, Exception> failed)
    {
        _port = port;
        _background = new BackgroundTasks(failed);
        _background.Run("write to the guest's shell", WriteAsync);
        _background.Run("read from the guest's shell", ReadAsync);
    }

    public string Name
    {
        get
        {
            lock (_lock)
                return _name;
        }
    }

    /// <summary>A shell of the guest has opened the port; it may not have greeted.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
                return _session is not null;
        }
    }

    public bool IsReady
    {
        get
        {
            lock (_lock)
                return _session is { HasGreeted: true };
        }
    }

    /// <summary>Why the guest's shell cannot serve, in its own words, or null.</summary>
    public string? Refusal
    {
        get
        {
            lock (_lock)
                return _refusal;
        }
    }

    /// <summary>The guest has opened or closed the port.</summary>
    /// <param name="isOpen">Opened.</param>
    /// <param name="name">The channel's name during the session, by what has started the shell.</param>
    public void Changed(bool isOpen, string name = "shell")
    {
        lock (_lock)
            _name = name;
        End("the guest's shell has ended, or the guest restarts", isOpen ? new ShellSession(RandomNumber.Next().ToString("x16", CultureInfo.InvariantCulture), Post) : null);
    }

    public Task WaitAsync(CancellationToken cancel)
    {
        lock (_lock)
            return _ready.Task.WaitAsync(cancel);
    }

    public Task<GuestProcess> StartAsync(GuestCommand command, bool hasInput, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_session is not { HasGreeted: true } session)
                throw new GuestChannelException("no shell of the guest answers");
            return Task.FromResult<GuestProcess>(session.Start(command, hasInput));
        }
    }

    /// <summary>
    /// Sends nothing more from now on, and returns when the guest has read all that was sent: a machine that is frozen then and continues elsewhere does not wait for the
    /// rest of a message.
    /// </summary>
    /// <returns>Its disposal sends again; null where no session is.</returns>
    /// <exception cref="GuestChannelException">The guest does not read, or its shell ends.</exception>
    public async Task<IDisposable?> HoldAsync(CancellationToken cancel)
    {
        var echo = NewSource();
        var release = new Release();
        lock (_lock)
        {
            if (_session is not { HasGreeted: true } session)
                return null;
            _echo = echo;
            _outbox.Writer.TryWrite(new Outgoing(ShellServer.Call(session.Id, "echo y >&4"), release.Released));
        }

        try
        {
            await echo.Task.WaitAsync(EchoBound, cancel).ConfigureAwait(false);
            return release;
        }
        catch (TimeoutException)
        {
            release.Dispose();
            throw new GuestChannelException($"the guest's shell has not answered within {EchoBound.TotalSeconds:0} s");
        }
        catch
        {
            release.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        End("the machine has ended", null);
        _port.Dispose();
        await _background.DisposeAsync().ConfigureAwait(false);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Post(byte[] message) => _outbox.Writer.TryWrite(new Outgoing(message, Task.CompletedTask));

    /// <summary>Ends the session and begins the next.</summary>
    private void End(string why, ShellSession? next)
    {
        ShellSession? old;
        lock (_lock)
        {
            (old, _session, _refusal) = (_session, next, null);
            if (_ready.Task.IsCompleted)
                _ready = NewSource();
            _echo?.TrySetException(new GuestChannelException(why));
            _echo = null;
            if (next is not null)
                Post(ShellServer.Start(next.Id));
        }

        old?.End(new GuestChannelException($"the connection to the command is lost: {why}"));
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var message in _outbox.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                await _port.SendAsync(message.Bytes, null, stop).ConfigureAwait(false);
                await message.Next.WaitAsync(stop).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is LinuxException or ObjectDisposedException)
        {
            // The other end is closed, or this was disposed.
            End("the guest's shell has ended", null);
        }
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        using var reader = new ShellReader(_port);
        try
        {
            while (await reader.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
                await ReceiveAsync(reader, line, stop).ConfigureAwait(false);
        }
        catch (Exception error) when (error is LinuxException or ObjectDisposedException)
        {
            // As for writing.
        }

        End("the guest's shell has ended", null);
    }

    private async ValueTask ReceiveAsync(ShellReader reader, string line, CancellationToken stop)
    {
        ShellSession? session;
        lock (_lock)
            session = _session;
        if (session is null)
            return;
        if (!session.HasGreeted)
        {
            Greet(session, line);
            return;
        }

        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var numbers = words.Skip(1).Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        var command = numbers.Length > 0 ? session.Find(numbers[0]) : null;
        switch (words)
        {
            case ["o", _, _, _] when numbers[2] is > 0 and <= LongestChunk:
                await ReceiveDataAsync(reader, session, command, numbers, stop).ConfigureAwait(false);
                break;
            case ["c", _, _]:
                command?.CloseStream(numbers[1]);
                break;
            case ["x", _, _]:
                command?.End(numbers[1]);
                break;
            case ["a", _]:
                command?.Credit();
                break;
            case ["f", _]:
                command?.CloseInput();
                break;
            case ["y"]:
                lock (_lock)
                    _echo?.TrySetResult();
                break;
            case ["e", _, .. var why]:
                command?.Fail(new GuestChannelException($"the guest cannot start the command: {string.Join(' ', why)}"));
                break;
            default:
                Break(session);
                break;
        }
    }

    private void Greet(ShellSession session, string line)
    {
        var text = line.TrimEnd();
        var at = text.IndexOf(ShellServer.Greeting(session.Id), StringComparison.Ordinal);
        if (at < 0)
            return;
        lock (_lock)
        {
            var rest = text[(at + ShellServer.Greeting(session.Id).Length)..].Trim();
            _refusal = rest.Length == 0 ? null : rest;
            session.HasGreeted = _refusal is null;
            if (!session.HasGreeted || session != _session)
                return;
            session.Prepare();
            _ready.TrySetResult();
        }
    }

    private async ValueTask ReceiveDataAsync(ShellReader reader, ShellSession session, ShellProcess? command, int[] numbers, CancellationToken stop)
    {
        var stream = command?.Stream(numbers[1]);
        if (stream is { IsBusy: true })
        {
            Break(session);
            return;
        }

        if (!await reader.ReadDataAsync(numbers[2], data => stream?.Write(data), stop).ConfigureAwait(false) || stream is null)
            return;
        _background.Run("take a command's output", async _ =>
        {
            await stream.FlushAsync(stop).ConfigureAwait(false);
            Post(ShellServer.Call(session.Id, $"t {numbers[0]} {numbers[1]}"));
        });
    }

    /// <summary>What the guest sends is not of the protocol: nothing more of it is believed until it opens the port again.</summary>
    private void Break(ShellSession session)
    {
        lock (_lock)
        {
            if (_session != session)
                return;
        }

        End("the guest's shell has sent what is not of the protocol", null);
    }

    /// <param name="Bytes">A message.</param>
    /// <param name="Next">The next one is sent when this has completed.</param>
    private sealed record Outgoing(byte[] Bytes, Task Next);

    private sealed class Release : IDisposable
    {
        private readonly TaskCompletionSource _released = NewSource();

        public Task Released => _released.Task;

        public void Dispose() => _released.TrySetResult();
    }
}
