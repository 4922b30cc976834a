using System.Runtime.InteropServices;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Host;

/// <summary>Observes the host once.</summary>
internal static class HostProbe
{
    /// <summary>QEMU's queue length (MAX_ENTRIES in its block/io_uring.c).</summary>
    private const uint QemuQueueLength = 128;

    /// <summary>The device that creates TAP interfaces.</summary>
    internal const string TunDevice = "/dev/net/tun";

    /// <summary>The kernel's vsock device for guests.</summary>
    internal const string VsockDevice = "/dev/vhost-vsock";

    /// <summary>Observes the host; null with the reasons in <paramref name="problems"/>.</summary>
    /// <param name="scope">Whose runtime directory is used.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="problems">Receives the reasons.</param>
    public static HostFacts? Probe(RuntimeScope scope, Func<string, string?> environment, List<Problem> problems)
    {
        if (ProcFile.WhyMissing() is { } missing)
        {
            problems.Add(missing);
            return null;
        }

        var uid = EffectiveUser;
        if (RuntimeBase.Choose(scope, uid, environment, problems) is not { } runtime)
            return null;
        return new HostFacts(
            uid,
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            runtime,
            HasTun: DeviceFile.Look(TunDevice) == DeviceAccess.Open,
            HasVhostVsock: DeviceFile.Look(VsockDevice) == DeviceAccess.Open,
            HasVhostNet: DeviceFile.Look("/dev/vhost-net") == DeviceAccess.Open,
            HasIoUring: IoUring.IsPermitted(QemuQueueLength),
            MayAdministerNetwork: OwnCapabilities.Has(OwnCapabilities.NetAdmin))
        {
            Architecture = RuntimeInformation.OSArchitecture,
        };
    }

    /// <summary>The effective user: the owner of created files.</summary>
    internal static uint EffectiveUser => UserEntry.EffectiveUserId;
}
