using System.Runtime.InteropServices;

namespace Vmspawn.Host;

/// <summary>The observed state of the host.</summary>
/// <param name="Uid">The effective user id.</param>
/// <param name="CpuCount">CPUs in the process's affinity mask.</param>
/// <param name="TotalMemory">Bytes of memory of the host or of the control group.</param>
/// <param name="Runtime">The directory for runtime directories.</param>
/// <param name="HasTun"><c>/dev/net/tun</c> can be opened.</param>
/// <param name="HasVhostVsock"><c>/dev/vhost-vsock</c> can be opened.</param>
/// <param name="HasVhostNet"><c>/dev/vhost-net</c> can be opened.</param>
/// <param name="HasIoUring">The kernel permits io_uring.</param>
/// <param name="MayAdministerNetwork">The process has CAP_NET_ADMIN in its network namespace.</param>
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
    /// <summary>The host's architecture: guests of another one are emulated.</summary>
    public Architecture Architecture { get; init; } = Architecture.X64;

    /// <summary>Whether the effective user is root.</summary>
    public bool IsRoot => Uid == 0;
}
