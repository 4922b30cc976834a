namespace Vmspawn.Plan;

/// <summary>How host and guest connect by vsock.</summary>
/// <param name="Cid">The guest's context id.</param>
/// <param name="NotifyPort">The host's port for the guest's notifications, or null for none.</param>
/// <param name="Socket">
/// For a vsock in user space: the name, in the runtime directory, of the socket for connections to the guest (<c>CONNECT PORT</c>); the guest's
/// connections to port N of the host arrive at <c>NAME_N</c>. Null for the kernel's vsock.
/// </param>
public sealed record VsockPlan(uint Cid, uint? NotifyPort, string? Socket)
{
    /// <summary>The name, in the runtime directory, of the socket to listen on for a port of the host, for a vsock in user space.</summary>
    /// <param name="port">The host's port.</param>
    public string SocketFor(uint port) => $"{Socket}_{port}";
}
