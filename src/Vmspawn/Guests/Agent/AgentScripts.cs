using Vmspawn.Guests.Shell;

namespace Vmspawn.Guests.Agent;

/// <summary>What qemu-guest-agent runs in the guest.</summary>
internal static class AgentScripts
{
    /// <summary>The unit that is passed as a credential; a systemd older than 256 does not know it.</summary>
    public const string UnitName = "vmspawn-shell.service";

    /// <summary>Prints the unit's state: active, activating or another one; nothing where there is no systemd.</summary>
    public const string UnitState = $"systemctl is-active {UnitName} 2>/dev/null; :";

    /// <summary>
    /// Serves the shell on its virtio port. With systemd in a unit of its own, so that a restart of the agent does not end it, and what confines the agent does
    /// not confine commands.
    /// </summary>
    public static string Serve { get; } = $"""
        p=/dev/virtio-ports/{ShellServer.PortName}
        [ -e "$p" ] || for x in /sys/class/virtio-ports/*; do
          [ "$(cat "$x/name")" = {ShellServer.PortName} ] && p=/dev/$(basename "$x")
        done
        export p
        [ -d /run/systemd/system ] && systemd-run --quiet --collect --setenv=p="$p" -p IgnoreSIGPIPE=no -p OOMPolicy=continue -p TasksMax=infinity /bin/sh -c {ShellText.Quote(Service.Replace("$", "$$", StringComparison.Ordinal))} && exit
        exec /bin/sh -c {ShellText.Quote(Service)}
        """;

    private static string Service => ShellServer.Service("$p");
}
