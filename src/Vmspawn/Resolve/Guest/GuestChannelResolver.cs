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
        var wish = input.Options.GuestChannel;
        // A guest that does not trust the host gives it no shell unless the user says so.
        if (wish == GuestChannel.Auto && input.Technique is not null)
            return new GuestChannelSpec(false, false, false);
        var isAuto = wish == GuestChannel.Auto;
        var channel = new GuestChannelSpec(
            isAuto || wish == GuestChannel.Shell,
            wish == GuestChannel.Agent || (isAuto && !NamesAgent(input.Options.QemuExtra)),
            isAuto || wish == GuestChannel.Ssh);
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

    /// <summary>The user's own arguments have the agent's port, whose name can be there only once.</summary>
    private static bool NamesAgent(IReadOnlyList<string> extra) =>
        extra.Any(word => word.Contains(GuestChannelSpec.AgentPort, StringComparison.Ordinal));
}
