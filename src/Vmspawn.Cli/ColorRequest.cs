namespace Vmspawn.Cli;

/// <summary>Whether the user wants colours, as systemd's programs read it from the environment.</summary>
internal static class ColorRequest
{
    private static readonly string[] On = ["1", "yes", "y", "true", "t", "on", "16", "256", "24bit", "auto-16", "auto-256", "auto-24bit"];
    private static readonly string[] Off = ["0", "no", "n", "false", "f", "off"];

    /// <summary>True or false by <c>$SYSTEMD_COLORS</c>, else false by <c>$NO_COLOR</c> or a <c>$TERM</c> without colours; null leaves it to whether the output is a terminal.</summary>
    /// <param name="environment">Reads one environment variable.</param>
    public static bool? Of(Func<string, string?> environment)
    {
        if (environment("SYSTEMD_COLORS") is { } said)
        {
            if (On.Contains(said, StringComparer.OrdinalIgnoreCase))
                return true;
            if (Off.Contains(said, StringComparer.OrdinalIgnoreCase))
                return false;
        }

        // https://no-color.org: it counts when it is not empty.
        return !string.IsNullOrEmpty(environment("NO_COLOR")) || environment("TERM") is null or "" or "dumb" ? false : null;
    }
}
