using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Open devices that were passed to vmspawn by a process that is permitted to open them (sd_listen_fds(3)).</summary>
/// <param name="Kvm">The KVM device.</param>
/// <param name="VhostVsock">The kernel's vsock device.</param>
internal sealed record PassedDevices(SafeFileHandle? Kvm, SafeFileHandle? VhostVsock)
{
    public static PassedDevices None { get; } = new(null, null);

    /// <param name="environment">Reads one environment variable.</param>
    public static PassedDevices Of(Func<string, string?> environment) =>
        environment("LISTEN_FDS") is null
            ? None
            : new PassedDevices(PassedDescriptors.Find("kvm", environment), PassedDescriptors.Find("vhost-vsock", environment));
}
