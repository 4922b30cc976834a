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

    /// <summary>Refuses descriptors that are not what their names say; QEMU and the kernel would refuse them only after the start.</summary>
    public bool Check(List<Problem> problems) =>
        Check("kvm", Kvm, CharacterDevice.Kvm, problems) & Check("vhost-vsock", VhostVsock, CharacterDevice.VhostVsock, problems);

    private static bool Check(string name, SafeFileHandle? given, CharacterDevice wanted, List<Problem> problems)
    {
        if (given is null)
            return true;
        try
        {
            if (CharacterDevice.Of(given) == wanted)
                return true;
            problems.Add(new Problem("passed-device", $"$LISTEN_FDS: {name}", $"the descriptor of this name is not /dev/{name}", $"pass an open /dev/{name}, or give the descriptor another name"));
        }
        catch (LinuxException error)
        {
            problems.Add(new Problem("passed-device", $"$LISTEN_FDS: {name}", $"the descriptor of this name cannot be used: {FailureReason.Of(error.Errno)}"));
        }

        return false;
    }
}
