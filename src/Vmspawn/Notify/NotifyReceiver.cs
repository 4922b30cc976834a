using Vmspawn.Linux;

namespace Vmspawn.Notify;

/// <summary>Where a guest's messages come in; there is one before the guest starts, so that none is lost.</summary>
internal sealed class NotifyReceiver : IDisposable
{
    private readonly IDisposable _socket;
    private readonly Func<Action<NotifyMessage>, CancellationToken, Task> _receive;

    private NotifyReceiver(IDisposable socket, Func<Action<NotifyMessage>, CancellationToken, Task> receive) =>
        (_socket, _receive) = (socket, receive);

    /// <summary>A vsock in user space: connections of its guest come to a socket in the file system.</summary>
    public static NotifyReceiver At(UnixListener listener) =>
        new(listener, (heard, stop) => NotifyConnections.ServeAsync(listener.AcceptAsync, heard, stop));

    /// <summary>The kernel's vsock, of which only this guest's connections count.</summary>
    public static NotifyReceiver At(VsockListener listener, uint cid) =>
        new(listener, (heard, stop) => NotifyConnections.ServeAsync(more => listener.AcceptAsync(cid, more), heard, stop));

    /// <summary>A virtio port.</summary>
    public static NotifyReceiver Over(UnixConnection port) =>
        new(port, (heard, stop) => NotifyLines.ReadAsync(port, heard, stop)) { EndsWithQemu = true };

    /// <summary>It is a stream of QEMU's, which ends when QEMU does.</summary>
    public bool EndsWithQemu { get; private init; }

    /// <summary>Passes messages on until it is stopped or disposed.</summary>
    public async Task ReceiveAsync(Action<NotifyMessage> heard, CancellationToken stop)
    {
        try
        {
            await _receive(heard, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // As it was told to.
        }
    }

    public void Dispose() => _socket.Dispose();
}
