using System.Runtime.InteropServices;
using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>Runs calls: assigns an id, sends the command in turn, and completes with the answer or the reason why none comes.</summary>
internal sealed class CallFlow : IAsyncDisposable
{
    private readonly QmpClientOptions _options;
    private readonly Action<QmpTraceKind, string> _trace;
    private readonly CancellationToken _ended;
    private readonly PendingReplies _pending = new();
    private readonly SemaphoreSlim _descriptorTurn = new(1, 1);
    private readonly MessageSender _sender;
    private long _lateReplies;
    private long _unknownReplies;

    public CallFlow(
        MessageSender sender, QmpClientOptions options, Action<QmpTraceKind, string> trace, CancellationToken ended)
    {
        _sender = sender;
        _options = options;
        _trace = trace;
        _ended = ended;
    }

    public long LateReplies => Interlocked.Read(ref _lateReplies);

    public long UnknownReplies => Interlocked.Read(ref _unknownReplies);

    public int InFlight => _pending.Count;

    public async Task<JsonElement> CallAsync(
        string command, Action<Utf8JsonWriter>? arguments, QmpCallOptions call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reply = new PendingReply(_pending.NextId(), command, call.Sensitive);
        var message = CommandWriter.Write(command, arguments, reply.Id, call.OutOfBand);
        if (message.Length > _options.MessageLimit)
            throw new ArgumentException($"{command} is {message.Length} bytes long, above the limit of {_options.MessageLimit}.", nameof(arguments));
        return await RunAsync(reply, message, call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a message unchanged and passes on the answer unchanged; without a time limit.</summary>
    public async Task RelayAsync(
        string command,
        Func<long, ReadOnlyMemory<byte>> message,
        IReadOnlyList<SafeHandle>? descriptors,
        QmpRawAnswer answered,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reply = new PendingReply(_pending.NextId(), command, sensitive: false) { Raw = answered };
        var call = new QmpCallOptions { Timeout = Timeout.InfiniteTimeSpan, Descriptors = descriptors };
        await RunAsync(reply, message(reply.Id), call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes the call of a received answer.</summary>
    public void Answer(QmpMessage message, ReadOnlySpan<byte> line)
    {
        // Parsed before the call is removed: if the error object is malformed, the connection's end fails the call.
        (string Class, string Description)? error = message.Kind == QmpMessageKind.Error ? ErrorOf(message.Value()) : null;
        var reply = _pending.Take(message.Id, out var everGiven);
        if (_options.Trace is not null)
            _trace(QmpTraceKind.Received, SecretMask.Apply(line, reply?.Sensitive ?? true));
        reply?.OnTaken?.Invoke();
        if (reply is null or { Abandoned: true })
            Unwanted(everGiven);
        else if (reply.Raw is not null)
            reply.Pass(error is not null, message.Body);
        else if (error is not null)
            reply.Fail(new QmpCommandException(reply.Command, error.Value.Class, error.Value.Description));
        else
            reply.Return(message.Value());
    }

    /// <summary>Fails pending and future calls; the token must be cancelled only afterwards.</summary>
    public void End(QmpEnd end) => _pending.End(end);

    /// <summary>Waits until the current send has ended.</summary>
    public ValueTask DisposeAsync() => _sender.DisposeAsync();

    private async Task<JsonElement> RunAsync(
        PendingReply reply, ReadOnlyMemory<byte> message, QmpCallOptions call, CancellationToken cancellationToken)
    {
        var limit = call.Timeout ?? _options.CallTimeout;
        // The connection's end cancels too, but only after it has failed the pending calls, so the two can be distinguished.
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
        giveUp.CancelAfter(limit);
        _pending.Add(reply);
        var wasSent = false;
        try
        {
            if (call.Descriptors is { Count: > 0 })
            {
                await _descriptorTurn.WaitAsync(giveUp.Token).ConfigureAwait(false);
                reply.OnTaken = () => _descriptorTurn.Release();
            }

            await _sender.SendAsync(message, call.Descriptors, Starts, giveUp.Token).ConfigureAwait(false);
            return await reply.Answer.WaitAsync(giveUp.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            _pending.GiveUp(reply, wasSent);
            if (!wasSent)
                reply.OnTaken?.Invoke();
            if (reply.Answer.IsCompleted)
                return await reply.Answer.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw new QmpTimeoutException(reply.Command, limit, "the connection goes on; a late answer is dropped");
        }

        void Starts()
        {
            wasSent = true;
            if (_options.Trace is not null)
                _trace(QmpTraceKind.Sent, SecretMask.Apply(message.Span, call.Sensitive));
        }
    }

    private static (string Class, string Description) ErrorOf(JsonElement error)
    {
        try
        {
            return (error.TextOr("class", "GenericError"), error.Text("desc"));
        }
        catch (FormatException cause)
        {
            throw new QmpProtocolFault($"in an error {cause.Message}", cause);
        }
    }

    private void Unwanted(bool late)
    {
        Interlocked.Increment(ref late ? ref _lateReplies : ref _unknownReplies);
        _trace(
            late ? QmpTraceKind.LateReply : QmpTraceKind.UnknownReply,
            late ? "dropped: its call was given up, or answered before" : "dropped: no call has its id");
    }
}
