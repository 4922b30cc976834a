using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Qmp;

/// <summary>An established connection: reads and dispatches messages, sends commands, and ends once, with one reason.</summary>
internal sealed class QmpSession : IAsyncDisposable
{
    // After a failed send, what the peer sent before is read for this long, because it often contains the reason.
    private static readonly TimeSpan FinalReadTimeout = TimeSpan.FromSeconds(1);

    private readonly IQmpTransport _transport;
    private readonly QmpClientOptions _options;
    private readonly EventFanout _events;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<QmpGreeting> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<QmpEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundTasks _background;
    private readonly Task _reading;
    private QmpEnd? _end;

    public QmpSession(IQmpTransport transport, QmpClientOptions options)
    {
        _transport = transport;
        _options = options;
        _background = new BackgroundTasks((_, cause) => End(new QmpEnd(QmpEndKind.Transport, cause.Message, cause)), FinalReadTimeout);
        var sender = new MessageSender(transport, cause => _background.Run("read QEMU's last messages", stop => EndAfterLastMessagesAsync(cause, stop)), _stop.Token);
        Calls = new CallFlow(sender, options, Trace, _stop.Token);
        _events = new EventFanout(options.EarlyEvents);
        // On another thread: a peer that sends without pause would block the caller.
        _reading = Task.Run(ReadAsync);
    }

    public Task<QmpGreeting> Greeting => _greeting.Task;

    public Task<QmpEnd> Ended => _ended.Task;

    public CallFlow Calls { get; }

    public RawEvents RawEvents { get; } = new();

    /// <summary>The greeting's <c>version</c> as QEMU wrote it; set after the greeting.</summary>
    public ReadOnlyMemory<byte> VersionText { get; private set; }

    public QmpEventStream Subscribe(QmpEventOptions options) => _events.Subscribe(options);

    public async ValueTask DisposeAsync()
    {
        End(new QmpEnd(QmpEndKind.Closed, "this program closed it"));
        await _reading.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        var lines = new LineBuffer(_options.MessageLimit);
        try
        {
            while (await _transport.ReceiveAsync(lines.Room(), _stop.Token).ConfigureAwait(false) is > 0 and int count)
            {
                lines.Received(count);
                while (lines.TryTakeLine(out var line))
                    Handle(line);
            }

            End(EndOf(lines));
        }
        catch (QmpProtocolFault fault)
        {
            End(new QmpEnd(QmpEndKind.Protocol, $"the peer does not speak QMP: {fault.Message}", fault));
        }
        catch (Exception cause)
        {
            End(new QmpEnd(QmpEndKind.Transport, cause.Message, cause));
        }

        await _background.DisposeAsync().ConfigureAwait(false);
        await Calls.DisposeAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private static QmpEnd EndOf(LineBuffer lines) => lines.HasPartialLine
        ? new QmpEnd(QmpEndKind.Truncated, QmpProtocolFault.Showing(
            $"QEMU closed it after {lines.Pending} bytes of a message", lines.PartialLine).Message)
        : new QmpEnd(QmpEndKind.EndOfStream, "QEMU closed it");

    private void Handle(ReadOnlySpan<byte> line)
    {
        if (!line.ContainsAnyExcept(" \t\r"u8))
            return;
        var message = QmpMessage.Read(line);
        if (message.Kind is QmpMessageKind.Return or QmpMessageKind.Error)
        {
            Calls.Answer(message, line);
            return;
        }

        if (_options.Trace is not null)
            Trace(QmpTraceKind.Received, SecretMask.Apply(line));
        if (message.Kind == QmpMessageKind.Greeting)
            HandleGreeting(message);
        else
            HandleEvent(message, line);
    }

    private void HandleGreeting(QmpMessage message)
    {
        try
        {
            var greeting = message.Value();
            var read = QmpGreeting.Read(greeting);
            VersionText = JsonMarshal.GetRawUtf8Value(greeting.GetProperty("version"u8)).ToArray();
            if (!_greeting.TrySetResult(read))
                throw new QmpProtocolFault("it greeted twice");
        }
        catch (FormatException cause)
        {
            throw new QmpProtocolFault($"in its greeting {cause.Message}", cause);
        }
    }

    private void HandleEvent(QmpMessage message, ReadOnlySpan<byte> line)
    {
        if (line.Length > _options.EventLimit)
            throw new QmpProtocolFault($"it sent the event {message.EventName} of {line.Length} bytes, above the limit of {_options.EventLimit}");
        RawEvents.Publish(line);
        var data = message.Body.IsEmpty ? default : message.Value();
        if (_events.Publish(new QmpEvent(message.EventName, data, message.Timestamp)))
            Trace(QmpTraceKind.EarlyEventDropped, "an early event was dropped: there is no subscription yet");
    }

    private async Task EndAfterLastMessagesAsync(Exception cause, CancellationToken stop)
    {
        await Task.WhenAny(Ended, Task.Delay(FinalReadTimeout, stop)).ConfigureAwait(false);
        End(new QmpEnd(QmpEndKind.Transport, cause.Message, cause));
    }

    /// <summary>The only way to end the connection: records the first reason, then completes calls and streams with it.</summary>
    private void End(QmpEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is not null)
            return;
        Calls.End(end);
        if (_greeting.TrySetException(new QmpDisconnectedException(QmpDisconnectedException.Greeting, end)))
            _ = _greeting.Task.Exception;
        _events.End(end);
        _ended.TrySetResult(end);
        Trace(QmpTraceKind.Ended, end.Text);
        // Asynchronously, because cancellation callbacks are code of callers.
        _background.Run("stop the connection", _ => _stop.CancelAsync());
    }

    private void Trace(QmpTraceKind kind, string text)
    {
        try
        {
            _options.Trace?.Invoke(new QmpTraceEntry(kind, text));
        }
        catch (Exception cause)
        {
            End(new QmpEnd(QmpEndKind.Callback, $"the trace callback threw: {cause.Message}", cause));
        }
    }
}
