using Vmspawn.Linux;

namespace Vmspawn.Notify;

/// <summary>Where a guest's messages come in; it listens before the guest starts, so that no message is lost.</summary>
internal sealed class NotifyReceiver : IDisposable
{
    private readonly IDisposable _socket;
    private readonly Func<Action<NotifyMessage>, Action<string>, CancellationToken, Task> _receive;

    private NotifyReceiver(IDisposable socket, Func<Action<NotifyMessage>, Action<string>, CancellationToken, Task> receive) =>
        (_socket, _receive) = (socket, receive);

    /// <summary>A vsock in user space: connections of its guest come to a socket in the file system.</summary>
    public static NotifyReceiver At(UnixListener listener) =>
        new(listener, (received, problem, stop) => NotifyConnections.ServeAsync(listener.AcceptAsync, received, problem, stop));

    /// <summary>The kernel's vsock, of which only this guest's connections count.</summary>
    public static NotifyReceiver At(VsockListener listener, uint cid) =>
        new(listener, (received, problem, stop) => NotifyConnections.ServeAsync(more => listener.AcceptAsync(cid, more), received, problem, stop));

    /// <summary>A virtio port.</summary>
    public static NotifyReceiver Over(UnixConnection port) =>
        new(port, (received, _, stop) => NotifyLines.ReadAsync(port, received, stop)) { EndsWithQemu = true };

    /// <summary>It is a stream to QEMU, which ends when QEMU does.</summary>
    public bool EndsWithQemu { get; private init; }

    /// <summary>Passes messages on until it is stopped or disposed.</summary>
    /// <param name="received">Takes a message.</param>
    /// <param name="problem">Takes what hinders it for a while, as a sentence.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="LinuxException">The socket is broken.</exception>
    public async Task ReceiveAsync(Action<NotifyMessage> received, Action<string> problem, CancellationToken stop)
    {
        try
        {
            await _receive(received, problem, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    public void Dispose() => _socket.Dispose();
}
