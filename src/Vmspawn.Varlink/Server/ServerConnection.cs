using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Serves one peer: processes its calls one after the other, so that replies are in order.</summary>
internal sealed class ServerConnection : IDisposable
{
    private readonly UnixConnection _connection;
    private readonly VarlinkService _service;
    private readonly VarlinkServerOptions _options;
    private readonly MessageReader _reader;
    private readonly CancellationTokenSource _stop;

    public ServerConnection(
        UnixConnection connection,
        VarlinkService service,
        VarlinkServerOptions options,
        ByteBudget budget,
        CancellationToken stop)
    {
        _connection = connection;
        _service = service;
        _options = options;
        Peer = connection.Peer;
        _reader = new MessageReader(connection, options.Limits, budget);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    public PeerCredentials Peer { get; }

    /// <summary>Whether a call of it was ever accepted.</summary>
    public bool HasCalled { get; private set; }

    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <param name="ended">Called at its end.</param>
    public void Start(Action<ServerConnection> ended) => Completion = RunAsync(ended);

    /// <summary>Requests its end without waiting for it.</summary>
    public void Abort() => _stop.Cancel();

    /// <summary>Closes the socket even while it is used.</summary>
    public void Close() => _connection.Dispose();

    public void Dispose()
    {
        _connection.Dispose();
        _reader.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(Action<ServerConnection> ended)
    {
        // Lets the accept loop continue with the next peer.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await (_options.Permits(Peer) ? ServeAsync() : RefuseAsync()).ConfigureAwait(false);
        }
        catch (VarlinkProtocolException e)
        {
            _options.Dropped?.Invoke(Peer, e);
        }
        catch (IOException)
        {
            // The peer disconnected.
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops, or closes the connection for a new one.
        }
        catch (ObjectDisposedException) when (_stop.IsCancellationRequested)
        {
            // A handler did not end within the server's time limit.
        }
        catch (Exception e)
        {
            _options.HandlerFailed?.Invoke("", e);
        }
        finally
        {
            ended(this);
        }
    }

    private async Task ServeAsync()
    {
        var goOn = true;
        while (goOn && await _reader.ReadAsync(_stop.Token).ConfigureAwait(false) is { } message)
        {
            using (message)
            {
                var request = CallRequest.Read(message.Root);
                HasCalled = true;
                goOn = await AnswerAsync(request, message.Descriptors).ConfigureAwait(false);
            }
        }
    }

    // Answers one call with the error, so that the peer gets the reason; the time limit is that of one message.
    private async Task RefuseAsync()
    {
        _stop.CancelAfter(_options.Limits.ReceiveTime);
        using var message = await _reader.ReadAsync(_stop.Token).ConfigureAwait(false);
        if (message is not null)
            await Sender().FailAsync(CallRequest.Read(message.Root), ServiceErrors.PermissionDenied()).ConfigureAwait(false);
    }

    /// <returns>Whether to continue to read from the connection.</returns>
    private async Task<bool> AnswerAsync(CallRequest request, ReceivedDescriptors descriptors)
    {
        var sender = Sender();
        var running = new RunningCall(_service, _options, sender);
        var watch = new PeerWatch(_reader, _connection, _options.QueuedCalls, _stop.Token);
        await using (watch.ConfigureAwait(false))
        {
            var upgraded = await running.AnswerAsync(request, descriptors, watch).ConfigureAwait(false);
            _options.CallEnded?.Invoke();
            if (sender.Broken is { } broken)
                throw broken;
            return !upgraded;
        }
    }

    private ReplySender Sender() => new(_connection, _reader, _service, _options.Limits);
}
