using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>What of the host's vsock is free.</summary>
/// <param name="IsFree">Whether the kernel gives a context id to a new machine.</param>
/// <param name="IsUnclaimed">Whether no machine of ours with a vsock in user space has a context id.</param>
/// <param name="FreePort">A port of the host that nobody listens at.</param>
internal sealed record VsockHost(Func<uint, bool> IsFree, Func<uint, bool> IsUnclaimed, Func<uint> FreePort)
{
    /// <param name="place">Where our machines are.</param>
    /// <param name="passed">The kernel's device as it was handed to us, or null to open it.</param>
    public static VsockHost Of(RuntimeBase place, SafeFileHandle? passed = null) =>
        new(cid => passed is null ? TryKernel(cid) : VhostVsock.TryTakeCid(passed, cid), cid => TryClaim(place, cid), ChoosePort);

    // Closed again at once: QEMU's descriptor takes it in earnest.
    private static bool TryKernel(uint cid)
    {
        using var device = OpenFile.Open(VhostVsock.Device, writable: true);
        return VhostVsock.TryTakeCid(device, cid);
    }

    private static bool TryClaim(RuntimeBase place, uint cid)
    {
        using var claim = CidClaim.TryTake(place, cid);
        return claim is not null;
    }

    private static uint ChoosePort()
    {
        using var listener = VsockListener.Bind();
        return listener.Port;
    }
}
