using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>A connection at work: reads, hands out, sends, and ends once, for one reason.</summary>
internal sealed class QmpSession : IAsyncDisposable
{
    // A peer that went away has often said why: what it sent is read before a failed sending ends the connection.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly IQmpTransport _transport;
    private readonly QmpClientOptions _options;
    private readonly PendingReplies _pending = new();
    private readonly SemaphoreSlim _descriptorTurn = new(1, 1);
    private readonly MessageSender _sender;
    private readonly EventFanout _events;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<QmpGreeting> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<QmpEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private QmpEnd? _end;
    private long _lateReplies;
    private long _unknownReplies;

    public QmpSession(IQmpTransport transport, QmpClientOptions options)
    {
        _transport = transport;
        _options = options;
        _sender = new MessageSender(transport, SendingFailed, _stop.Token);
        _events = new EventFanout(options.EarlyEvents);
        _reading = ReadAsync();
    }

    public Task<QmpGreeting> Greeting => _greeting.Task;

    public Task<QmpEnd> Ended => _ended.Task;

    public long LateReplies => Interlocked.Read(ref _lateReplies);

    public long UnknownReplies => Interlocked.Read(ref _unknownReplies);

    internal int InFlight => _pending.Count;

    public QmpEventStream Subscribe(QmpEventOptions options) => _events.Subscribe(options);

    public async Task<JsonElement> CallAsync(
        string command, Action<Utf8JsonWriter>? arguments, QmpCallOptions call, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        TimeSpan limit = call.Timeout ?? _options.CallTimeout;
        var reply = new PendingReply(_pending.NextId(), command, call.Sensitive);
        ReadOnlyMemory<byte> message = CommandWriter.Write(command, arguments, reply.Id, call.OutOfBand);
        if (message.Length > _options.MessageLimit)
            throw new ArgumentException($"{command} is {message.Length} bytes long, above the limit of {_options.MessageLimit}.", nameof(arguments));

        // The end cancels too, but only after it has failed the pending calls: the answer tells which it was.
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        giveUp.CancelAfter(limit);
        _pending.Add(reply);
        bool wasSent = false;
        try
        {
            if (call.Descriptors is { Count: > 0 })
            {
                await _descriptorTurn.WaitAsync(giveUp.Token);
                reply.OnTaken = () => _descriptorTurn.Release();
            }

            await _sender.SendAsync(message, call.Descriptors, Starts, giveUp.Token);
            return await reply.Answer.WaitAsync(giveUp.Token);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            _pending.GiveUp(reply, wasSent);
            if (!wasSent)
                reply.OnTaken?.Invoke();
            if (reply.Answer.IsCompleted)
                return await reply.Answer;
            cancellation.ThrowIfCancellationRequested();
            throw new QmpTimeoutException(command, limit, "the connection goes on; a late answer is dropped");
        }

        void Starts()
        {
            wasSent = true;
            if (_options.Trace is not null)
                Trace(QmpTraceKind.Sent, SecretMask.Apply(message.Span, call.Sensitive));
        }
    }

    public async ValueTask DisposeAsync()
    {
        End(new QmpEnd(QmpEndKind.Closed, "this program closed it"));
        await _reading;
    }

    private async Task ReadAsync()
    {
        var lines = new LineBuffer(_options.MessageLimit);
        try
        {
            while (await _transport.ReceiveAsync(lines.Room(), _stop.Token) is > 0 and int count)
            {
                lines.Received(count);
                while (lines.TryTakeLine(out ReadOnlySpan<byte> line))
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

        await _sender.DisposeAsync();
        await _transport.DisposeAsync();
    }

    private static QmpEnd EndOf(LineBuffer lines) => lines.HasPartialLine
        ? new QmpEnd(QmpEndKind.Truncated, QmpProtocolFault.Showing(
            $"QEMU closed it after {lines.Pending} bytes of a message", lines.PartialLine).Message)
        : new QmpEnd(QmpEndKind.EndOfStream, "QEMU closed it");

    private void Handle(ReadOnlySpan<byte> line)
    {
        if (!line.ContainsAnyExcept(" \t\r"u8))
            return;
        QmpMessage message = QmpMessage.Read(line);
        if (message.Kind is QmpMessageKind.Return or QmpMessageKind.Error)
        {
            HandleReply(message, line);
            return;
        }

        if (_options.Trace is not null)
            Trace(QmpTraceKind.Received, SecretMask.Apply(line));
        if (message.Kind == QmpMessageKind.Greeting)
            HandleGreeting(message);
        else
            HandleEvent(message, line.Length);
    }

    private void HandleGreeting(QmpMessage message)
    {
        try
        {
            if (!_greeting.TrySetResult(QmpGreeting.Read(message.Value())))
                throw new QmpProtocolFault("it greeted twice");
        }
        catch (FormatException cause)
        {
            throw new QmpProtocolFault($"in its greeting {cause.Message}", cause);
        }
    }

    private void HandleEvent(QmpMessage message, int length)
    {
        if (length > _options.EventLimit)
            throw new QmpProtocolFault($"it sent the event {message.EventName} of {length} bytes, above the limit of {_options.EventLimit}");
        JsonElement data = message.Body.IsEmpty ? default : message.Value();
        if (_events.Publish(new QmpEvent(message.EventName, data, message.Timestamp)))
            Trace(QmpTraceKind.EarlyEventDropped, "an event gave way: nobody has subscribed yet");
    }

    private void HandleReply(QmpMessage message, ReadOnlySpan<byte> line)
    {
        PendingReply? reply = _pending.Take(message.Id, out bool everGiven);
        if (_options.Trace is not null)
            Trace(QmpTraceKind.Received, SecretMask.Apply(line, reply?.Sensitive ?? true));
        reply?.OnTaken?.Invoke();
        if (reply is null or { Abandoned: true })
            Unwanted(everGiven);
        else if (message.Kind == QmpMessageKind.Return)
            reply.Return(message.Value());
        else
            reply.Fail(ErrorOf(reply.Command, message.Value()));
    }

    private static QmpCommandException ErrorOf(string command, JsonElement error)
    {
        try
        {
            return new QmpCommandException(command, error.TextOr("class", "GenericError"), error.Text("desc"));
        }
        catch (FormatException cause)
        {
            throw new QmpProtocolFault($"in its error for {command} {cause.Message}", cause);
        }
    }

    private void Unwanted(bool late)
    {
        Interlocked.Increment(ref late ? ref _lateReplies : ref _unknownReplies);
        Trace(
            late ? QmpTraceKind.LateReply : QmpTraceKind.UnknownReply,
            late ? "dropped: its call was given up, or answered before" : "dropped: no call has its id");
    }

    private void SendingFailed(Exception cause) => _ = EndAfterLastWordsAsync(cause);

    private async Task EndAfterLastWordsAsync(Exception cause)
    {
        await Task.WhenAny(Ended, Task.Delay(LastWords));
        End(new QmpEnd(QmpEndKind.Transport, cause.Message, cause));
    }

    /// <summary>The one door through which a connection dies: the first reason is recorded, then everything learns it.</summary>
    private void End(QmpEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is not null)
            return;
        _pending.End(end);
        if (_greeting.TrySetException(new QmpDisconnectedException("greeting", end)))
            _ = _greeting.Task.Exception;
        _events.End(end);
        _ended.TrySetResult(end);
        Trace(QmpTraceKind.Ended, end.Text);
        // Asynchronously, since what waits on it is other people's code.
        _ = _stop.CancelAsync();
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
