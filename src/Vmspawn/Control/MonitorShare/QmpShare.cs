using Vmspawn.Linux;
using Vmspawn.Qmp;
using Vmspawn.Varlink;

namespace Vmspawn.Control.MonitorShare;

/// <summary>
/// Lets many programs use one monitor as if each had its own: each is greeted, shakes hands, has ids of its own and
/// gets the events. Shared remain QEMU's names of descriptors (<c>getfd</c>) and sets of them (<c>add-fd</c>).
/// </summary>
internal sealed class QmpShare
{
    private readonly QmpShareMonitor _monitor;
    private readonly QmpShareOptions _options;

    /// <param name="monitor">Stays its owner's, who may go on using it.</param>
    /// <param name="options">Limits; null takes the defaults.</param>
    public QmpShare(QmpClient monitor, QmpShareOptions? options = null)
    {
        _options = options ?? new QmpShareOptions();
        _monitor = new QmpShareMonitor(monitor, _options);
    }

    /// <summary>Serves a program until it leaves, is dropped, the monitor ends or we stop; fails for none of these.</summary>
    /// <param name="connection">Stays its owner's to close, afterwards.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<QmpShareEnd> ServeAsync(UpgradedConnection connection, CancellationToken cancellation) =>
        ServeAsync(QmpShareSocket.Of(connection), cancellation);

    /// <inheritdoc cref="ServeAsync(UpgradedConnection, CancellationToken)"/>
    public Task<QmpShareEnd> ServeAsync(UnixConnection connection, CancellationToken cancellation) =>
        ServeAsync(QmpShareSocket.Of(connection), cancellation);

    private async Task<QmpShareEnd> ServeAsync(QmpShareSocket socket, CancellationToken cancellation)
    {
        using var client = new QmpShareClient(socket, _monitor, _options, cancellation);
        return await client.RunAsync();
    }
}
