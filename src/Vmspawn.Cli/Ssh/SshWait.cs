using System.Globalization;

namespace Vmspawn.Cli.Ssh;

/// <summary>How long to wait for a guest's SSH server that does not answer yet.</summary>
/// <param name="Directory">The machine's runtime directory, in which its control socket shows that it runs.</param>
/// <param name="Limit">The time limit.</param>
/// <param name="IsQuiet">Whether to wait without a message.</param>
internal sealed record SshWait(string Directory, TimeSpan Limit, bool IsQuiet)
{
    /// <summary>The last word of the proxy command when it waits without a message.</summary>
    private const string Quiet = "quiet";

    /// <summary>As words for <see cref="Of"/>.</summary>
    public string[] Words => [Directory, $"{(long)Limit.TotalMilliseconds}", IsQuiet ? Quiet : "say"];

    /// <summary>From the words of a command line; null for none.</summary>
    /// <exception cref="FormatException">A word is not a number.</exception>
    public static SshWait? Of(IReadOnlyList<string> words) => words is [var directory, var milliseconds, var manner]
        ? new SshWait(directory, TimeSpan.FromMilliseconds(long.Parse(milliseconds, CultureInfo.InvariantCulture)), manner == Quiet)
        : null;

    /// <summary>The machine's name.</summary>
    public string Machine => Path.GetFileName(Directory);

    /// <summary>Its control socket.</summary>
    public string ControlSocket => Path.Combine(Directory, "control");
}
