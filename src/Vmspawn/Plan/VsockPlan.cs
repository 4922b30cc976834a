namespace Vmspawn.Plan;

/// <summary>How host and guest reach each other by vsock.</summary>
/// <param name="Cid">The guest's context id.</param>
/// <param name="NotifyPort">The host's port at which the guest reports, or null when it is told of none.</param>
/// <param name="Socket">
/// For a vsock in user space the name in the runtime directory of the socket that leads into the guest (<c>CONNECT PORT</c>); the guest's
/// connections to port N of the host come to <c>NAME_N</c>. Null for the kernel's vsock.
/// </param>
public sealed record VsockPlan(uint Cid, uint? NotifyPort, string? Socket)
{
    /// <summary>The name in the runtime directory to listen at for a port of the host, when the vsock is in user space.</summary>
    /// <param name="port">The host's port.</param>
    public string SocketFor(uint port) => $"{Socket}_{port}";
}
