using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Networks;
using Vmspawn.Notify;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>Sockets between QEMU, its helpers and vmspawn. vmspawn's ends are released with the launch.</summary>
internal sealed class SocketEnds(UndoStack held, RuntimeDirectoryHandle directory)
{
    /// <summary>Ends of socket pairs whose other end has been taken.</summary>
    private readonly Dictionary<string, SafeFileHandle> _otherEnds = [];

    /// <summary>vmspawn's end of the monitor's socket.</summary>
    public UnixConnection? Monitor { get; private set; }

    /// <summary>vmspawn's end of the virtio port for the guest's notifications.</summary>
    public NotifyReceiver? Notify { get; private set; }

    public SafeFileHandle OpenMonitor()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        Monitor = held.Add("close QEMU's monitor", ours);
        return theirs;
    }

    public SafeFileHandle OpenNotify()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        Notify = held.Add("close the guest's port", NotifyReceiver.Over(ours));
        return theirs;
    }

    /// <summary>vmspawn's end of the virtio port for commands in the guest.</summary>
    public UnixConnection? Shell { get; private set; }

    public SafeFileHandle OpenShell()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        Shell = held.Add("close the guest's shell", ours);
        return theirs;
    }

    /// <summary>vmspawn's end of the virtio port for qemu-guest-agent.</summary>
    public UnixConnection? Agent { get; private set; }

    public SafeFileHandle OpenAgent()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        Agent = held.Add("close the port of the guest's agent", ours);
        return theirs;
    }

    /// <summary>The machine's memberships in networks.</summary>
    public List<NetworkLink> Networks { get; } = [];

    public async Task<SafeFileHandle> JoinAsync(NetworkPort port, CancellationToken cancel)
    {
        var (link, socket) = await NetworkLink.JoinAsync(port.Network, port.Socket, port.Machine, port.Mac, cancel).ConfigureAwait(false);
        Networks.Add(held.Add($"leave the network {port.Network}", link));
        return socket;
    }

    /// <summary>One end of a pair: the first call creates the pair, the second returns the other end.</summary>
    public SafeFileHandle Take(SocketEnd end)
    {
        if (_otherEnds.Remove(end.Pair, out var other))
            return other;
        var (one, kept) = SocketPair.Create();
        _otherEnds.Add(end.Pair, held.Add($"close a socket of {end.Pair}", kept));
        return one;
    }

    /// <summary>A listener with a connection to the other end of its pair in its queue.</summary>
    public SafeFileHandle Listen(ListeningEnd end)
    {
        var (listener, connection) = QueuedConnection.Create(directory.PathOf("queued"));
        _otherEnds.Add(end.Pair, held.Add($"close a socket of {end.Pair}", connection));
        return listener;
    }
}
