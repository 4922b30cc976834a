using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Serves one peer: takes its calls one after the other, so that replies are in order by nature.</summary>
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

    /// <summary>Whether it has ever made a call that was taken.</summary>
    public bool HasCalled { get; private set; }

    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <param name="ended">Told when it is over, whatever the reason.</param>
    public void Start(Action<ServerConnection> ended) => Completion = RunAsync(ended);

    /// <summary>Ends it soon, without waiting.</summary>
    public void Abort() => _stop.Cancel();

    /// <summary>Closes the socket under whoever still uses it.</summary>
    public void Close() => _connection.Dispose();

    public void Dispose()
    {
        _connection.Dispose();
        _reader.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(Action<ServerConnection> ended)
    {
        // The accept loop goes on with the next peer.
        await Task.Yield();
        try
        {
            await (_options.Permits(Peer) ? ServeAsync() : RefuseAsync());
        }
        catch (VarlinkProtocolException e)
        {
            _options.Dropped?.Invoke(Peer, e);
        }
        catch (IOException)
        {
            // The peer went away, as peers may.
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops, or has better use for the place.
        }
        catch (ObjectDisposedException) when (_stop.IsCancellationRequested)
        {
            // A handler outlived the server's patience.
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
        while (goOn && await _reader.ReadAsync(_stop.Token) is { } message)
        {
            using (message)
            {
                var request = CallRequest.Read(message.Root);
                HasCalled = true;
                goOn = await AnswerAsync(request, message.Descriptors);
            }
        }
    }

    // One answer, so that the peer knows why; it gets no more than the time of a message for its question.
    private async Task RefuseAsync()
    {
        _stop.CancelAfter(_options.Limits.ReceiveTime);
        using var message = await _reader.ReadAsync(_stop.Token);
        if (message is not null)
            await Sender().FailAsync(CallRequest.Read(message.Root), ServiceErrors.PermissionDenied());
    }

    /// <returns>Whether the connection is still ours to read from.</returns>
    private async Task<bool> AnswerAsync(CallRequest request, ReceivedDescriptors descriptors)
    {
        var sender = Sender();
        var running = new RunningCall(_service, _options, sender);
        await using var watch = new PeerWatch(_reader, _connection, _options.QueuedCalls, _stop.Token);
        var upgraded = await running.AnswerAsync(request, descriptors, watch);
        _options.CallEnded?.Invoke();
        if (sender.Broken is { } broken)
            throw broken;
        return !upgraded;
    }

    private ReplySender Sender() => new(_connection, _reader, _service, _options.Limits);
}
