using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>A call to send.</summary>
internal readonly record struct OutgoingCall(
    string Method,
    Action<Utf8JsonWriter>? Parameters,
    IReadOnlyList<SafeHandle>? Descriptors,
    bool More = false,
    bool OneWay = false,
    bool Upgrade = false);

/// <summary>Sends calls one after the other, and registers each before its reply can arrive.</summary>
internal sealed class CallSender(UnixConnection connection, PendingCalls pending, VarlinkLimits limits) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public void Dispose() => _turn.Dispose();

    /// <summary>Keeps others from sending until <see cref="EndTurn"/>.</summary>
    public Task BeginTurnAsync(CancellationToken cancellationToken) => _turn.WaitAsync(cancellationToken);

    public void EndTurn() => _turn.Release();

    public async ValueTask<PendingCall?> SendAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        await BeginTurnAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SendInTurnAsync(call).ConfigureAwait(false);
        }
        finally
        {
            EndTurn();
        }
    }

    // Not cancellable: a partial message would break the connection for all calls. The send has a time limit.
    public async ValueTask<PendingCall?> SendInTurnAsync(OutgoingCall call)
    {
        var message = Build(call);
        var waiting = call.OneWay ? null : new PendingCall { More = call.More, Upgrade = call.Upgrade };
        if (waiting is not null)
            pending.Add(waiting);
        try
        {
            await OutgoingMessage.SendAsync(connection, message, call.Descriptors, limits, CancellationToken.None).ConfigureAwait(false);
        }
        catch (LinuxException) when (waiting is not null)
        {
            // The service closed the connection, possibly after an error reply: the reply loop completes this call.
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            var reason = new VarlinkDisconnectedException($"{call.Method} could not be sent: {e.Message}", e);
            pending.EndAll(reason);
            throw reason;
        }
        return waiting;
    }

    private ReadOnlyMemory<byte> Build(OutgoingCall call) => OutgoingMessage.Build(
        call,
        static (writer, call) =>
        {
            writer.WriteString("method"u8, call.Method);
            if (call.More)
                writer.WriteBoolean("more"u8, true);
            if (call.OneWay)
                writer.WriteBoolean("oneway"u8, true);
            if (call.Upgrade)
                writer.WriteBoolean("upgrade"u8, true);
        },
        call.Parameters,
        limits);
}
