using System.Diagnostics;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Qmp;

/// <summary>Waits for the socket if that is wanted; connects and negotiates capabilities, within one time limit.</summary>
internal sealed class QmpHandshake : IDisposable
{
    // Linux tells nobody when a socket starts to listen, so attempts are repeated.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly QmpClientOptions _options;
    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource _stop;

    public QmpHandshake(QmpClientOptions options, CancellationToken callers)
    {
        _options = options;
        _callers = callers;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(callers);
        StartClock();
    }

    public Task<QmpClient> ConnectAsync(string path) =>
        InTimeAsync(async () => await ShakeHandsAsync(await OpenAsync(path).ConfigureAwait(false)).ConfigureAwait(false));

    public Task<QmpClient> StartAsync(IQmpTransport transport) => InTimeAsync(() => ShakeHandsAsync(transport));

    public void Dispose() => _stop.Dispose();

    // Distinguishes the time limit from the caller's cancellation.
    private async Task<QmpClient> InTimeAsync(Func<Task<QmpClient>> handshake)
    {
        try
        {
            return await handshake().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _callers.ThrowIfCancellationRequested();
            throw new QmpTimeoutException(
                "greeting", _options.HandshakeTimeout, "a monitor serves one client at a time: another may hold it, or QEMU hangs");
        }
    }

    private async Task<IQmpTransport> OpenAsync(string path)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new UnixQmpTransport(await UnixConnection.ConnectAsync(path, _stop.Token).ConfigureAwait(false));
            }
            catch (LinuxException cause) when (IsNotThere(cause) && Remains(started))
            {
                _stop.CancelAfter(Timeout.InfiniteTimeSpan);
            }
            catch (LinuxException cause)
            {
                var waited = IsNotThere(cause) && _options.SocketTimeout > TimeSpan.Zero
                    ? $" (waited {_options.SocketTimeout.TotalSeconds:0.###} s for it)"
                    : "";
                throw new QmpDisconnectedException("QMP", new QmpEnd(QmpEndKind.Transport, cause.Message + waited, cause));
            }

            await Task.Delay(Step, _callers).ConfigureAwait(false);
            StartClock();
        }
    }

    private bool Remains(long started) =>
        _options.SocketTimeout == Timeout.InfiniteTimeSpan || Stopwatch.GetElapsedTime(started) < _options.SocketTimeout;

    // ENOENT: no file; ECONNREFUSED: bound, but not listening yet, or left by a process that has ended.
    private static bool IsNotThere(LinuxException cause) => cause.Errno is Errno.ENOENT or Errno.ECONNREFUSED;

    private void StartClock() => _stop.CancelAfter(_options.HandshakeTimeout);

    private async Task<QmpClient> ShakeHandsAsync(IQmpTransport transport)
    {
        var session = new QmpSession(transport, _options);
        try
        {
            var greeting = await session.Greeting.WaitAsync(_stop.Token).ConfigureAwait(false);
            var outOfBand = _options.OutOfBand && greeting.Capabilities.Contains("oob");
            var call = new QmpCallOptions { Timeout = Timeout.InfiniteTimeSpan };
            await session.Calls.CallAsync("qmp_capabilities", outOfBand ? EnableOutOfBand : null, call, _stop.Token).ConfigureAwait(false);
            return new QmpClient(session, greeting, outOfBand);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static void EnableOutOfBand(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("enable"u8);
        writer.WriteStringValue("oob"u8);
        writer.WriteEndArray();
    }
}
