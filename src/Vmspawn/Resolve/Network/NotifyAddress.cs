using System.Text;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The address for the guest's notifications, passed by a credential (systemd(1), "vmm.notify_socket").</summary>
internal static class NotifyAddress
{
    private const string Credential = "vmm.notify_socket";

    /// <summary>A vsock in user space has ports of its own, so any port is free.</summary>
    private const uint UserPort = 9999;

    /// <summary>The vsock with the port to listen on; without one when the user gave another address.</summary>
    public static VsockSpec AddTo(VsockSpec vsock, CredentialSet credentials, VsockHost host)
    {
        if (credentials.All.Any(credential => credential.Id == Credential))
            return vsock;
        var port = vsock.Program is null ? host.FreePort() : UserPort;
        credentials.Set(Credential, Encoding.ASCII.GetBytes($"vsock-stream:{VsockCid.Host}:{port}"), isPublic: true);
        return vsock with { NotifyPort = port };
    }
}
