using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Serves a listening socket until it is disposed.</summary>
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

    /// <summary>Completes when the server is disposed.</summary>
    public Task Completion { get; }

    /// <summary>The number of connections.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Starts to serve.</summary>
    /// <param name="listener">The socket; the server takes ownership.</param>
    /// <param name="service">The interfaces to offer.</param>
    /// <param name="options">Permissions and limits, or null for the defaults.</param>
    public static VarlinkServer Start(UnixListener listener, VarlinkService service, VarlinkServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(service);
        return new VarlinkServer(listener, service, options ?? new VarlinkServerOptions());
    }

    /// <summary>Stops listening, cancels the calls, and waits for them up to the options' time limit.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAny(_connections.WhenAllEnded(), Task.Delay(_options.StopTime)).ConfigureAwait(false);
        // The connection of a handler that does not end is closed under it.
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
            await accepted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        if (_connections.TryAdd(connection))
            connection.Start(_connections.Remove);
        else
            connection.Dispose();
    }
}
