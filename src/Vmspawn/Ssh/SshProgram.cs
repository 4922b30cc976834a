using Vmspawn.Linux;

namespace Vmspawn.Ssh;

/// <summary>ssh(1), or the program that the user has chosen instead.</summary>
internal static class SshProgram
{
    /// <summary>The variable with another program, as for systemd's own tools.</summary>
    public const string Variable = "SYSTEMD_SSH";

    /// <summary>Its path, or null when it is not installed.</summary>
    /// <param name="environment">Reads one environment variable.</param>
    public static string? Find(Func<string, string?> environment) =>
        Executable.Find(environment(Variable) is { Length: > 0 } given ? given : "ssh", environment("PATH"));
}
