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
        Completion = Task.Run(AcceptAllAsync);
    }

    /// <summary>Ends when the server is disposed, or fails when it can accept no more.</summary>
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

    private async Task AcceptAllAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Welcome(await _listener.AcceptAsync(_stop.Token));
            }
            catch (LinuxException e) when (e.Errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOBUFS or Errno.ENOMEM)
            {
                // The next one waits in the kernel's queue until something is free again.
                await Task.Delay(100, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException && _stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is OutOfMemoryException or IOException)
            {
                // One caller could not be served for want of memory or a thread. The next may be.
                _options.HandlerFailed?.Invoke("", e);
                await Task.Delay(100, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Welcome(UnixConnection accepted)
    {
        ServerConnection connection;
        try
        {
            connection = new ServerConnection(accepted, _service, _options, _budget, _stop.Token);
        }
        catch
        {
            accepted.Dispose();
            throw;
        }
        if (_connections.TryAdd(connection))
            connection.Start(_connections.Remove);
        else
            connection.Dispose();
    }
}
