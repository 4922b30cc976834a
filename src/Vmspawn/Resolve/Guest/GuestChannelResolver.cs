using System.Text;
using Vmspawn.Guests.Shell;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The ways into the guest, and the unit that serves the shell.</summary>
internal static class GuestChannelResolver
{
    private const string UnitName = "vmspawn-shell.service";

    /// <param name="input">The options and the host.</param>
    /// <param name="credentials">Receives the unit.</param>
    public static GuestChannelSpec Resolve(ResolveInput input, CredentialSet credentials)
    {
        // A guest that does not trust the host gives it no shell unless the user says so.
        var channel = new GuestChannelSpec(input.Options.GuestChannel == GuestChannel.Shell || (input.Options.GuestChannel == GuestChannel.Auto && input.Technique is null));
        if (channel.HasShell && credentials.All.All(credential => credential.Id != $"systemd.extra-unit.{UnitName}"))
        {
            credentials.Offer($"systemd.extra-unit.{UnitName}", Encoding.UTF8.GetBytes(Unit));
            credentials.Offer("systemd.unit-dropin.sysinit.target~vmspawn-shell", Encoding.UTF8.GetBytes($"[Unit]\nWants={UnitName}\n"));
        }

        return channel;
    }

    /// <summary>
    /// The port's device unit is not named: udev does not mark ports for systemd. Not in the initrd, whose root is not the guest's.
    /// </summary>
    private static string Unit { get; } = $"""
        [Unit]
        Description=Commands of the host (vmspawn)
        DefaultDependencies=no
        ConditionPathExists=!/etc/initrd-release
        [Service]
        ExecStart=/bin/sh -c 'p={Port}; until [ -e $$p ]; do sleep 1; done; {ShellServer.Service("$p").Replace("$", "$$", StringComparison.Ordinal)}'
        Restart=always
        RestartSec=1
        IgnoreSIGPIPE=no
        OOMPolicy=continue
        TasksMax=infinity
        """ + "\n";

    private static string Port => $"/dev/virtio-ports/{ShellServer.PortName}";
}
