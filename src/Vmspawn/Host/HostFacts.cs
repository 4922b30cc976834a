using System.Runtime.InteropServices;

namespace Vmspawn.Host;

/// <summary>The host as it was found.</summary>
/// <param name="Uid">Our effective user.</param>
/// <param name="CpuCount">CPUs we may run on.</param>
/// <param name="TotalMemory">Bytes of memory that the host, or our control group, has.</param>
/// <param name="Runtime">Where runtime directories go.</param>
/// <param name="HasTun"><c>/dev/net/tun</c> can be opened.</param>
/// <param name="HasVhostVsock"><c>/dev/vhost-vsock</c> can be opened.</param>
/// <param name="HasVhostNet"><c>/dev/vhost-net</c> can be opened.</param>
/// <param name="HasIoUring">The kernel grants us io_uring.</param>
/// <param name="MayAdministerNetwork">We have CAP_NET_ADMIN in our network namespace.</param>
internal sealed record HostFacts(
    uint Uid,
    int CpuCount,
    long TotalMemory,
    RuntimeBase Runtime,
    bool HasTun,
    bool HasVhostVsock,
    bool HasVhostNet,
    bool HasIoUring = false,
    bool MayAdministerNetwork = false)
{
    /// <summary>Its processor: guests of another one are emulated.</summary>
    public Architecture Architecture { get; init; } = Architecture.X64;

    /// <summary>Whether we are root.</summary>
    public bool IsRoot => Uid == 0;
}
