namespace Vmspawn.Linux;

/// <summary>
/// The environment of children: only listed variables are passed. The process's environment may contain secrets, such as a CI's, and settings
/// of a service manager that are for this process only.
/// </summary>
internal static class ChildEnvironment
{
    /// <summary>The locale of every child, because its messages are quoted and its numbers are parsed.</summary>
    private const string Locale = "C.UTF-8";

    private static readonly string[] Names =
    [
        // Paths of programs, libraries and files.
        "PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "SHELL",
        // For a guest clock in local time (-rtc base=localtime).
        "TZ",
        // For ssh: the agent; for systemctl: the bus.
        "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS",
        // systemctl does nothing in an apparent chroot unless this is set, as in some containers.
        "SYSTEMD_IGNORE_CHROOT",
        // For QEMU's windows and sound.
        "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "PULSE_SERVER", "PULSE_COOKIE", "PIPEWIRE_REMOTE", "PIPEWIRE_RUNTIME_DIR",
        "TERM",
    ];

    /// <summary>All variables with these prefixes are passed: base directories, and QEMU's modules and sound.</summary>
    private static readonly string[] Prefixes = ["XDG_", "QEMU_"];

    /// <summary>The environment of a child, as <c>NAME=value</c>.</summary>
    /// <param name="ours">The environment of this process.</param>
    /// <param name="changes">Changes for the child: a value to set, null to remove.</param>
    public static List<string> Of(IEnumerable<KeyValuePair<string, string>> ours, IReadOnlyDictionary<string, string?>? changes)
    {
        var variables = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach ((var name, var value) in ours)
        {
            if (IsPassed(name))
                variables[name] = value;
        }

        variables["LANG"] = Locale;
        foreach ((var name, var value) in changes ?? new Dictionary<string, string?>())
            variables[name] = value;
        return [.. variables.Where(one => one.Value is not null).Select(one => $"{one.Key}={one.Value}")];
    }

    /// <summary>The environment of this process.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Ours() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(one => KeyValuePair.Create((string)one.Key, (string)one.Value!));

    private static bool IsPassed(string name) =>
        Array.IndexOf(Names, name) >= 0 || Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
