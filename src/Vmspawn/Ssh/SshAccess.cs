namespace Vmspawn.Ssh;

/// <summary>How to reach a guest by SSH, as its control socket reports.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Address"><c>vsock/CID</c>, <c>vsock-mux/PATH</c> of a socket that accepts <c>CONNECT PORT</c>, or an IP address.</param>
/// <param name="Port">The port there.</param>
/// <param name="KeyFile">Absolute path of the private key.</param>
internal sealed record SshAccess(string Machine, string Address, int Port, string KeyFile)
{
    public const string VsockPrefix = "vsock/";
    public const string VsockMuxPrefix = "vsock-mux/";

    /// <summary>The first argument that makes vmspawn the proxy command of ssh(1): see <see cref="ProxyCommand"/>.</summary>
    public const string ProxyWord = "[ssh-proxy]";

    /// <summary>The last argument of the proxy command when it waits without a message.</summary>
    public const string QuietWord = "quiet";

    /// <summary>The arguments of ssh(1) before the command, if any.</summary>
    /// <param name="self">vmspawn's executable.</param>
    /// <param name="user">The user to log in as.</param>
    /// <param name="wait">How to wait for a guest that does not answer yet, or null to try once.</param>
    /// <param name="options">Further options for ssh.</param>
    /// <remarks>
    /// The guest's host key is not checked and not saved: the connection goes to a machine that vmspawn started, over a
    /// path that no other machine can intercept.
    /// </remarks>
    public IReadOnlyList<string> Arguments(string self, string user, SshWait? wait, params IEnumerable<string> options)
    {
        List<string> words =
        [
            "-i", KeyFile, "-l", user,
            "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "CheckHostIP=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ControlPath=none",
        ];
        if (IsVsock || wait is not null)
            words.AddRange(["-o", $"ProxyCommand={ProxyCommand(self, wait)}", "-o", "ProxyUseFdpass=yes"]);
        else
            words.AddRange(["-o", $"HostName={Address}", "-p", $"{Port}"]);
        return [.. words, .. options, "--", Machine];
    }

    /// <summary>Whether the address is a vsock address.</summary>
    public bool IsVsock => IsVsockAddress(Address);

    /// <summary>Whether an address is one of a vsock.</summary>
    public static bool IsVsockAddress(string address) =>
        address.StartsWith(VsockPrefix, StringComparison.Ordinal) || address.StartsWith(VsockMuxPrefix, StringComparison.Ordinal);

    // ssh expands % in it and runs it by a shell.
    private string ProxyCommand(string self, SshWait? wait) =>
        string.Join(' ', ((string[])[self, ProxyWord, Address, $"{Port}", .. WaitWords(wait)]).Select(Quote)).Replace("%", "%%", StringComparison.Ordinal);

    private static string[] WaitWords(SshWait? wait) => wait is null
        ? []
        : [wait.Directory, $"{(long)wait.Limit.TotalMilliseconds}", wait.IsQuiet ? QuietWord : "say"];

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
