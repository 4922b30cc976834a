using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>The kernel's vsock device with the guest's context id.</summary>
internal static class VsockDevice
{
    /// <exception cref="LaunchException">The context id is taken.</exception>
    public static SafeFileHandle Open(VhostVsockDevice plan, PassedDevices passed)
    {
        var device = plan.IsPassed && passed.VhostVsock is { } given ? given : OpenFile.Open(VhostVsock.Device, writable: true);
        try
        {
            if (VhostVsock.TryTakeCid(device, plan.Cid))
                return device;
            throw new LaunchException($"take the vsock context id {plan.Cid}", "another machine has just taken it (try again)");
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }
}
