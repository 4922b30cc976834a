using Vmspawn.Linux;

namespace Vmspawn.Notify;

/// <summary>Receives a guest's notifications; it listens before the guest starts, so that none is lost.</summary>
internal sealed class NotifyReceiver : IDisposable
{
    private readonly IDisposable _socket;
    private readonly Func<Action<NotifyMessage>, Action<string>, CancellationToken, Task> _receive;

    private NotifyReceiver(IDisposable socket, Func<Action<NotifyMessage>, Action<string>, CancellationToken, Task> receive) =>
        (_socket, _receive) = (socket, receive);

    /// <summary>A vsock in user space: connections of the guest arrive at a socket in the file system.</summary>
    public static NotifyReceiver At(UnixListener listener) =>
        new(listener, (received, problem, stop) => NotifyConnections.ServeAsync(listener.AcceptAsync, received, problem, stop));

    /// <summary>The kernel's vsock; connections of other guests are closed.</summary>
    public static NotifyReceiver At(VsockListener listener, uint cid) =>
        new(listener, (received, problem, stop) => NotifyConnections.ServeAsync(more => listener.AcceptAsync(cid, more), received, problem, stop));

    /// <summary>A virtio port.</summary>
    public static NotifyReceiver Over(UnixConnection port) =>
        new(port, (received, _, stop) => NotifyLines.ReadAsync(port, received, stop)) { EndsWithQemu = true };

    /// <summary>It is a stream to QEMU, which ends when QEMU does.</summary>
    public bool EndsWithQemu { get; private init; }

    /// <summary>Passes messages on until it is stopped or disposed.</summary>
    /// <param name="received">Receives a message.</param>
    /// <param name="problem">Receives the reason of a temporary failure, as a sentence.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="LinuxException">The socket failed.</exception>
    public async Task ReceiveAsync(Action<NotifyMessage> received, Action<string> problem, CancellationToken stop)
    {
        try
        {
            await _receive(received, problem, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    public void Dispose() => _socket.Dispose();
}
