using System.Text;
using Vmspawn.Guests.Agent;
using Vmspawn.Guests.Shell;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The ways into the guest, and the unit that serves the shell.</summary>
internal static class GuestChannelResolver
{
    private const string Credential = $"systemd.extra-unit.{AgentScripts.UnitName}";

    /// <param name="input">The options and the host.</param>
    /// <param name="hasLogin">Root can log in by ssh.</param>
    /// <param name="credentials">Receives the unit.</param>
    public static GuestChannelSpec Resolve(ResolveInput input, bool hasLogin, CredentialSet credentials)
    {
        var choice = input.Options.GuestChannel;
        // A guest that does not trust the host gives it no shell unless the user says so.
        var isAuto = choice == GuestChannel.Auto && input.Technique is null;
        var hasUnit = isAuto || choice == GuestChannel.Shell;
        if (hasUnit && credentials.All.All(credential => credential.Id != Credential))
        {
            credentials.Offer(Credential, Encoding.UTF8.GetBytes(Unit));
            credentials.Offer("systemd.unit-dropin.sysinit.target~vmspawn-shell", Encoding.UTF8.GetBytes($"[Unit]\nWants={AgentScripts.UnitName}\n"));
        }

        // QEMU refuses a second port of the same name.
        var isAgentTaken = input.Options.QemuExtra.Any(word => word.Contains(AgentPort.PortName, StringComparison.Ordinal));
        if (choice == GuestChannel.Agent && isAgentTaken)
            input.Problems.Add(new Problem("guest-channel", "--guest-channel=agent", $"the arguments for QEMU have the agent's port {AgentPort.PortName} already", "leave one of them out"));
        if (choice == GuestChannel.Ssh && !hasLogin)
            input.Problems.Add(new Problem("guest-channel", "--guest-channel=ssh", "there is no way to log in by ssh", "a key (--pass-ssh-key=) and a vsock or --network-user-mode make one"));
        var hasAgent = choice == GuestChannel.Agent || (isAuto && !isAgentTaken);
        return new GuestChannelSpec(hasUnit || hasAgent, hasAgent, isAuto || choice == GuestChannel.Ssh);
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
