using Vmspawn.Host;

namespace Vmspawn.Doctor;

/// <summary>Findings about what connects a guest with the host: disks, networks, vsock, shares.</summary>
internal static class WiringFindings
{
    public static IEnumerable<HostFinding> Of(HostExamination host)
    {
        yield return Disks(host);
        yield return UserNetwork(host);
        yield return Tap(host);
        yield return Vsock(host);
        yield return Shares(host);
    }

    private static HostFinding Disks(HostExamination host)
    {
        const string Cost = "disks go through QEMU's threads, which is slower";
        var locks = host.LockedMemory is { } limit ? $"; memory that may be locked: {Amount(limit)}" : "";
        if (host.Host is not { HasIoUring: true })
        {
            return HostFinding.Lacks("io-uring", "io_uring", $"the kernel grants none{locks}", Cost, host.IoUringDisabled is "1" or "2"
                ? "sysctl kernel.io_uring_disabled=0"
                : "a container's seccomp filter forbids it, or `ulimit -l` is too small");
        }

        return host.Native.Facts is { HasIoUring: false } qemu
            ? HostFinding.Lacks("io-uring", "io_uring", $"{qemu.Path} is built without it", Cost, null)
            : HostFinding.Works("io-uring", "io_uring", $"granted{locks}");
    }

    private static string Amount(string limit) => limit == "unlimited" ? limit : $"{limit} bytes";

    private static HostFinding UserNetwork(HostExamination host)
    {
        const string Cost = "it is slower, and no port is published on an IPv6 address";
        return (host.Program("passt"), host.PasstFailure) switch
        {
            ({ } passt, null) => HostFinding.Works("passt", "user network", passt),
            ({ } passt, { } failure) => HostFinding.Lacks(
                "passt", "user network", $"{passt} does not run here: {failure}: QEMU's own is used", Cost, "passt needs user namespaces: sysctl user.max_user_namespaces, or leave the container or chroot"),
            _ => HostFinding.Lacks("passt", "user network", "passt is not installed: QEMU's own is used", Cost, host.Distribution.Install(Package.Passt)),
        };
    }

    private static HostFinding Tap(HostExamination host)
    {
        const string Cost = "no -n and no --network-bridge=; --network-user-mode needs none";
        if (host.TunDevice == DeviceAccess.Open && host.Host is { MayAdministerNetwork: true })
            return HostFinding.Works("tap", "TAP network", HostProbe.TunDevice);
        return host.TunDevice switch
        {
            DeviceAccess.Missing => HostFinding.Lacks("tap", "TAP network", $"there is no {HostProbe.TunDevice}", Cost, "modprobe tun"),
            DeviceAccess.Denied => HostFinding.Lacks("tap", "TAP network", $"{HostProbe.TunDevice}: permission denied", Cost, $"chmod 0666 {HostProbe.TunDevice}"),
            _ => HostFinding.Lacks(
                "tap",
                "TAP network",
                "CAP_NET_ADMIN is missing",
                "only TAP devices that were created for this user",
                $"ip tuntap add dev vt-NAME mode tap user {host.User} && ip link set vt-NAME up"),
        };
    }

    private static HostFinding Vsock(HostExamination host)
    {
        if (host.VsockDevice == DeviceAccess.Open)
            return HostFinding.Works("vsock", "vsock", HostProbe.VsockDevice);
        if (host.Program("vhost-device-vsock") is { } program)
            return HostFinding.Works("vsock", "vsock", program);
        var denied = host.VsockDevice == DeviceAccess.Denied;
        return HostFinding.Lacks(
            "vsock",
            "vsock",
            denied ? $"{HostProbe.VsockDevice}: permission denied" : $"there is no {HostProbe.VsockDevice} and no vhost-device-vsock",
            "guests are reached by their network or serial ports only",
            $"{(denied ? $"chmod 0666 {HostProbe.VsockDevice}" : "modprobe vhost_vsock")}, or {host.Distribution.Install(Package.VhostDeviceVsock)}");
    }

    private static HostFinding Shares(HostExamination host) => host.Virtiofsd.Best(host.Host is { IsRoot: true }) is { } program
        ? HostFinding.Works("virtiofs", "shares", $"{program.Path}, {(program.HasTranslation ? "which maps ids" : "which cannot map ids")}")
        : HostFinding.Lacks(
            "virtiofs",
            "shares",
            host.Virtiofsd.WhyNone,
            "directories are shared by QEMU's 9p, which is slower",
            host.Distribution.Install(Package.Virtiofsd));
}
