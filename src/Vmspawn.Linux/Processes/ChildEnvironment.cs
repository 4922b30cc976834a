namespace Vmspawn.Linux;

/// <summary>
/// What a child gets to see of our environment: a list of variables, and no other. Ours may hold secrets, such as a CI's, and settings
/// of a service manager that are addressed to us alone.
/// </summary>
internal static class ChildEnvironment
{
    /// <summary>The locale of every child: its messages are quoted, and its numbers read.</summary>
    private const string Locale = "C.UTF-8";

    private static readonly string[] Names =
    [
        // Where programs, libraries and files are.
        "PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "SHELL",
        // The clock of a guest in local time (-rtc base=localtime).
        "TZ",
        // ssh, for the keys of an agent; systemctl, for its bus.
        "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS",
        // systemctl does nothing in what looks like a chroot, unless this says that it is a container.
        "SYSTEMD_IGNORE_CHROOT",
        // QEMU's windows and sound.
        "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "PULSE_SERVER", "PULSE_COOKIE", "PIPEWIRE_REMOTE", "PIPEWIRE_RUNTIME_DIR",
        "TERM",
    ];

    /// <summary>Of these all variables are passed: base directories, and QEMU's modules and sound.</summary>
    private static readonly string[] Prefixes = ["XDG_", "QEMU_"];

    /// <summary>The environment of a child, as <c>NAME=value</c>.</summary>
    /// <param name="ours">Our own.</param>
    /// <param name="changes">What the child's has besides or instead: a value to set, null to remove.</param>
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

    /// <summary>Our own environment.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Ours() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(one => KeyValuePair.Create((string)one.Key, (string)one.Value!));

    private static bool IsPassed(string name) =>
        Array.IndexOf(Names, name) >= 0 || Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
