namespace Vmspawn.Host;

/// <summary>Directories of a user's files (XDG Base Directory Specification), and those of the system for root.</summary>
internal static class UserPlace
{
    /// <summary>The directory; null when there is no home directory.</summary>
    /// <param name="variable">Reads one environment variable.</param>
    /// <param name="name">The variable of the directory, such as <c>XDG_STATE_HOME</c>.</param>
    /// <param name="byDefault">The directory in the home directory if it is not set.</param>
    /// <param name="part">Ours in it.</param>
    /// <param name="system">Root's, if the variable is not set.</param>
    public static string? Of(Func<string, string?> variable, string name, string byDefault, string part, string system) =>
        variable(name) is ['/', ..] given ? Path.Combine(given, "vmspawn", part)
        : HostProbe.EffectiveUser == 0 ? system
        : variable("HOME") is ['/', ..] home ? Path.Combine(home, byDefault, "vmspawn", part)
        : null;
}
