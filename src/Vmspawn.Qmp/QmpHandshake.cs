using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Qmp;

/// <summary>Connects and negotiates capabilities, within one time limit.</summary>
internal sealed class QmpHandshake : IDisposable
{
    private readonly QmpClientOptions _options;
    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource _stop;

    public QmpHandshake(QmpClientOptions options, CancellationToken callers)
    {
        _options = options;
        _callers = callers;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(callers);
        _stop.CancelAfter(options.HandshakeTimeout);
    }

    public Task<QmpClient> ConnectAsync(string path) =>
        InTimeAsync(async () => await ShakeHandsAsync(await OpenAsync(path)));

    public Task<QmpClient> StartAsync(IQmpTransport transport) => InTimeAsync(() => ShakeHandsAsync(transport));

    public void Dispose() => _stop.Dispose();

    // Distinguishes the time limit from the caller's cancellation.
    private async Task<QmpClient> InTimeAsync(Func<Task<QmpClient>> handshake)
    {
        try
        {
            return await handshake();
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
        try
        {
            return new UnixQmpTransport(await UnixConnection.ConnectAsync(path, _stop.Token));
        }
        catch (LinuxException cause)
        {
            throw new QmpDisconnectedException("QMP", new QmpEnd(QmpEndKind.Transport, cause.Message, cause));
        }
    }

    private async Task<QmpClient> ShakeHandsAsync(IQmpTransport transport)
    {
        var session = new QmpSession(transport, _options);
        try
        {
            var greeting = await session.Greeting.WaitAsync(_stop.Token);
            var outOfBand = _options.OutOfBand && greeting.Capabilities.Contains("oob");
            var call = new QmpCallOptions { Timeout = Timeout.InfiniteTimeSpan };
            await session.Calls.CallAsync("qmp_capabilities", outOfBand ? EnableOutOfBand : null, call, _stop.Token);
            return new QmpClient(session, greeting, outOfBand);
        }
        catch
        {
            await session.DisposeAsync();
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
