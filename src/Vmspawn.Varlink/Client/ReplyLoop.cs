using System.Text.Json;

namespace Vmspawn.Varlink;

/// <summary>Reads replies and passes each to its call, until the connection ends or is upgraded.</summary>
internal sealed class ReplyLoop(MessageReader reader, PendingCalls pending) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = RunAsync();

    public async ValueTask StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        pending.EndAll(new VarlinkDisconnectedException("the client closed the connection"));
        await _running.ConfigureAwait(false);
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        try
        {
            while (await reader.ReadAsync(_stop.Token).ConfigureAwait(false) is { } message)
            {
                if (!await DeliverAsync(message).ConfigureAwait(false))
                {
                    pending.EndAll(new VarlinkDisconnectedException("the connection was upgraded"));
                    return;
                }
            }
            pending.EndAll(new VarlinkDisconnectedException("the service closed the connection"));
        }
        catch (IOException e)
        {
            pending.EndAll(new VarlinkDisconnectedException(e.Message, e));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException && _stop.IsCancellationRequested)
        {
            // The caller that stopped the loop has recorded the reason.
        }
        catch (Exception e)
        {
            pending.EndAll(new VarlinkDisconnectedException($"a reply could not be handled: {e.Message}", e));
        }
    }

    /// <returns>False when the reply confirms an upgrade.</returns>
    private async ValueTask<bool> DeliverAsync(ReceivedMessage message)
    {
        if (pending.First() is not { } call)
        {
            message.Dispose();
            throw new VarlinkProtocolException("a reply without a call was received");
        }
        if (Error(message) is { } error)
        {
            pending.RemoveFirst();
            call.End(error);
            return true;
        }
        var reply = new VarlinkReply(message);
        if (reply.Continues && !call.More)
        {
            reply.Dispose();
            throw new VarlinkProtocolException("a reply announces more replies, which were not requested");
        }
        var last = !reply.Continues;
        if (last)
            pending.RemoveFirst();
        await call.AddAsync(reply).ConfigureAwait(false);
        if (last)
            call.End();
        return !call.Upgrade;
    }

    private static VarlinkErrorException? Error(ReceivedMessage message)
    {
        if (!message.Root.TryGetProperty("error"u8, out var name) || name.ValueKind == JsonValueKind.Null)
            return null;
        using (message)
        {
            return name.ValueKind == JsonValueKind.String
                ? new VarlinkErrorException(name.GetString()!, Varlink.Parameters.Of(message.Root).Clone())
                : throw new VarlinkProtocolException("an error of a reply is no string");
        }
    }
}
