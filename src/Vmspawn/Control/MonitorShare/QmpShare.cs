using Vmspawn.Linux;
using Vmspawn.Qmp;
using Vmspawn.Varlink;

namespace Vmspawn.Control.MonitorShare;

/// <summary>
/// Multiplexes one QMP monitor among several programs: each gets its own greeting, capabilities negotiation, id space and
/// the events. QEMU's descriptor names (<c>getfd</c>) and descriptor sets (<c>add-fd</c>) are shared by all programs.
/// </summary>
internal sealed class QmpShare
{
    private readonly QmpShareMonitor _monitor;
    private readonly QmpShareOptions _options;

    /// <param name="monitor">Not disposed; its owner may continue to use it.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    public QmpShare(QmpClient monitor, QmpShareOptions? options = null)
    {
        _options = options ?? new QmpShareOptions();
        _monitor = new QmpShareMonitor(monitor, _options);
    }

    /// <summary>Serves a program until it disconnects or is dropped, the monitor ends, or the server stops; none of these throws.</summary>
    /// <param name="connection">Not closed; its owner closes it afterwards.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<QmpShareEnd> ServeAsync(UpgradedConnection connection, CancellationToken cancellation) =>
        ServeAsync(QmpShareSocket.Of(connection), cancellation);

    /// <inheritdoc cref="ServeAsync(UpgradedConnection, CancellationToken)"/>
    public Task<QmpShareEnd> ServeAsync(UnixConnection connection, CancellationToken cancellation) =>
        ServeAsync(QmpShareSocket.Of(connection), cancellation);

    private async Task<QmpShareEnd> ServeAsync(QmpShareSocket socket, CancellationToken cancellation)
    {
        using var client = new QmpShareClient(socket, _monitor, _options, cancellation);
        return await client.RunAsync().ConfigureAwait(false);
    }
}
