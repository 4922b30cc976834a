using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Serves the callers of a socket until it is disposed.</summary>
public sealed class VarlinkServer : IAsyncDisposable
{
    private readonly UnixListener _listener;
    private readonly VarlinkService _service;
    private readonly VarlinkServerOptions _options;
    private readonly ByteBudget _budget;
    private readonly ConnectionTable _connections;
    private readonly CancellationTokenSource _stop = new();
    private bool _disposed;

    private VarlinkServer(UnixListener listener, VarlinkService service, VarlinkServerOptions options)
    {
        _listener = listener;
        _service = service;
        _options = options;
        _budget = new ByteBudget(options.ReceivedBytes);
        _connections = new ConnectionTable(options);
        Completion = Task.Run(() => AcceptLoop.RunAsync(_listener.AcceptAsync, WelcomeAsync, _options.AcceptFailed, TimeProvider.System, _stop.Token));
    }

    /// <summary>Ends when the server is disposed.</summary>
    public Task Completion { get; }

    /// <summary>How many callers are connected.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Begins to serve.</summary>
    /// <param name="listener">The socket, which the server owns from now on.</param>
    /// <param name="service">What is offered there.</param>
    /// <param name="options">Whom it serves and how much, or null for the defaults.</param>
    public static VarlinkServer Start(UnixListener listener, VarlinkService service, VarlinkServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(service);
        return new VarlinkServer(listener, service, options ?? new VarlinkServerOptions());
    }

    /// <summary>Stops listening, cancels the calls, and waits for them as long as the options say.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _stop.CancelAsync();
        _listener.Dispose();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAny(_connections.WhenAllEnded(), Task.Delay(_options.StopTime));
        // A handler that does not end keeps its token, but not its connection.
        _connections.CloseAll();
    }

    private async Task WelcomeAsync(UnixConnection accepted)
    {
        ServerConnection connection;
        try
        {
            connection = new ServerConnection(accepted, _service, _options, _budget, _stop.Token);
        }
        catch
        {
            await accepted.DisposeAsync();
            throw;
        }
        if (_connections.TryAdd(connection))
            connection.Start(_connections.Remove);
        else
            connection.Dispose();
    }
}
