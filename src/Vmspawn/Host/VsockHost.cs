using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>The free context ids and ports of the host's vsock.</summary>
/// <param name="IsFree">Whether the kernel accepts a context id for a new machine.</param>
/// <param name="IsUnclaimed">Whether no vmspawn machine with a vsock in user space has a context id.</param>
/// <param name="FreePort">Returns an unused port of the host.</param>
internal sealed record VsockHost(Func<uint, bool> IsFree, Func<uint, bool> IsUnclaimed, Func<uint> FreePort)
{
    /// <param name="place">The base of the runtime directories.</param>
    /// <param name="passed">The kernel's device as it was passed to vmspawn, or null to open it.</param>
    public static VsockHost Of(RuntimeBase place, SafeFileHandle? passed = null) =>
        new(cid => passed is null ? TryKernel(cid) : VhostVsock.TryTakeCid(passed, cid), cid => TryClaim(place, cid), ChoosePort);

    // Only a check: it is closed at once, and QEMU's descriptor claims the id later.
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
