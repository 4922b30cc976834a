using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Devices of the host that were handed to us open, by whoever may open them when we may not.</summary>
/// <param name="Kvm">KVM's.</param>
/// <param name="VhostVsock">The kernel's vsock.</param>
internal sealed record PassedDevices(SafeFileHandle? Kvm, SafeFileHandle? VhostVsock)
{
    public static PassedDevices None { get; } = new(null, null);

    /// <param name="environment">Reads one environment variable.</param>
    public static PassedDevices Of(Func<string, string?> environment) =>
        environment("LISTEN_FDS") is null
            ? None
            : new PassedDevices(PassedDescriptors.Find("kvm", environment), PassedDescriptors.Find("vhost-vsock", environment));
}
