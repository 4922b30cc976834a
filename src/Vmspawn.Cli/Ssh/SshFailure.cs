namespace Vmspawn.Cli.Ssh;

/// <summary>Explains failures of ssh(1) in a sentence for the user.</summary>
internal static class SshFailure
{
    /// <summary>ssh's exit status for its own failures.</summary>
    public const int Status = 255;

    /// <summary>The problem, or null when there is nothing to report: the proxy command has reported it, or the command in the guest returned 255.</summary>
    /// <param name="access">The guest.</param>
    /// <param name="user">The user to log in as.</param>
    /// <param name="messages">ssh's messages.</param>
    /// <param name="isRunning">Whether the VM still runs.</param>
    public static Problem? Of(SshAccess access, string user, string messages, bool isRunning)
    {
        if (messages.Contains("proxy dialer did not pass back a connection", StringComparison.Ordinal))
            return null;
        if (messages.Contains("Permission denied (", StringComparison.Ordinal))
            return new Problem("ssh-refused", access.Machine, $"the guest's sshd refuses to log in {user}", WhyRefused(user));
        if (!isRunning)
            return new Problem("ssh-ended", access.Machine, "the VM has ended");
        var said = messages.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return said.Length == 0 ? null : new Problem("ssh-failed", access.Machine, $"ssh: {string.Join("; ", said)}");
    }

    /// <summary>The problem when cloud-init has put a text in the place of root's commands (its module "ssh", <c>disable_root</c>).</summary>
    public static Problem NotRoot(SshAccess access, string user) => new(
        "ssh-not-root", access.Machine, "the guest's cloud-init lets no root log in", $"run: vmspawn ssh -l {user} {access.Machine}");

    /// <summary>The user whom cloud-init's text names, or null for another text.</summary>
    public static string? UserNamedBy(string text)
    {
        const string begin = "Please login as the user \"", end = "\" rather than";
        var from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var to = from < begin.Length ? -1 : text.IndexOf(end, from, StringComparison.Ordinal);
        return to > from && PlainText.IsPlain(text[from..to]) ? text[from..to] : null;
    }

    private static string WhyRefused(string user) => user == "root"
        ? "its settings may forbid root to log in (PermitRootLogin), or it does not read the VM's key: its systemd must be 256 or later, or its cloud-init must have found the seed of --cloud-init; -l names another user"
        : "the user may not exist there, or its shell may be missing; a user of --bind-user= exists where systemd is 258 or later; -l names another user";
}
