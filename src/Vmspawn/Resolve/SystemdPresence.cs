namespace Vmspawn.Resolve;

/// <summary>The parts of systemd that are available to a machine, found without calling them.</summary>
/// <param name="Machined">Sockets of systemd-machined: the user's own goes before the system's.</param>
/// <param name="HasBus">systemd runs, and the bus of the manager that the machine belongs to runs.</param>
internal sealed record SystemdPresence(IReadOnlyList<string> Machined, bool HasBus)
{
    private const string MachinedSocket = "systemd/machine/io.systemd.Machine";

    /// <summary>The socket of the system's D-Bus, in the system's runtime directory.</summary>
    private const string SystemBus = "dbus/system_bus_socket";

    /// <summary>Whether the system's D-Bus runs.</summary>
    /// <param name="system">The system's runtime directory.</param>
    public static bool HasSystemBus(string system = "/run") => File.Exists(Path.Combine(system, SystemBus));

    /// <summary>Examines the host.</summary>
    /// <param name="isUser">Whether the machine is a user's.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="system">The system's runtime directory.</param>
    public static SystemdPresence Look(bool isUser, Func<string, string?> environment, string system = "/run")
    {
        var own = isUser && environment("XDG_RUNTIME_DIR") is ['/', ..] path ? path : null;
        string[] places = own is null ? [system] : [own, system];
        var bus = isUser
            ? environment("DBUS_SESSION_BUS_ADDRESS") is { Length: > 0 } || (own is not null && File.Exists(Path.Combine(own, "bus")))
            : HasSystemBus(system);
        return new SystemdPresence(
            [.. places.Select(place => Path.Combine(place, MachinedSocket)).Where(File.Exists)],
            // sd_booted(3)
            bus && Directory.Exists(Path.Combine(system, "systemd/system")));
    }
}
