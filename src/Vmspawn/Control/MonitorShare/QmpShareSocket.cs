using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Control.MonitorShare;

/// <summary>A program's connection, direct or upgraded from Varlink; its owner closes it.</summary>
/// <param name="ReceiveAsync">As <see cref="UnixConnection.ReceiveAsync"/>.</param>
/// <param name="SendAsync">As <see cref="UnixConnection.SendAsync"/>.</param>
/// <param name="WaitPeerGoneAsync">As <see cref="UnixConnection.WaitPeerGoneAsync"/>.</param>
internal sealed record QmpShareSocket(
    Func<Memory<byte>, DescriptorQueue, CancellationToken, ValueTask<int>> ReceiveAsync,
    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> SendAsync,
    Func<CancellationToken, Task> WaitPeerGoneAsync)
{
    public static QmpShareSocket Of(UpgradedConnection connection) =>
        new(connection.ReceiveAsync, (bytes, cancellation) => connection.SendAsync(bytes, null, cancellation), connection.WaitPeerGoneAsync);

    public static QmpShareSocket Of(UnixConnection connection) =>
        new(connection.ReceiveAsync, (bytes, cancellation) => connection.SendAsync(bytes, null, cancellation), connection.WaitPeerGoneAsync);

    public static bool IsPeerGone(Exception failure) =>
        failure is LinuxException { Errno: Errno.EPIPE or Errno.ECONNRESET } or ObjectDisposedException;
}
