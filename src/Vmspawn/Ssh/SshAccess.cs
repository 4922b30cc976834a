namespace Vmspawn.Ssh;

/// <summary>How to get into one guest, as its control socket tells it.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Address"><c>vsock/CID</c>, <c>vsock-mux/PATH</c> of a socket that takes <c>CONNECT PORT</c>, or an IP address.</param>
/// <param name="Port">The port there.</param>
/// <param name="KeyFile">Absolute path of the private key.</param>
internal sealed record SshAccess(string Machine, string Address, int Port, string KeyFile)
{
    public const string VsockPrefix = "vsock/";
    public const string VsockMuxPrefix = "vsock-mux/";

    /// <summary>The first word by which we are a proxy for ssh(1): see <see cref="ProxyCommand"/>.</summary>
    public const string ProxyWord = "[ssh-proxy]";

    /// <summary>The words for ssh(1) before the command, if any.</summary>
    /// <param name="self">Our own executable.</param>
    /// <param name="user">Who to log in as.</param>
    /// <param name="options">Further options of ssh's.</param>
    /// <remarks>
    /// The host's key is one of a machine that we started ourselves, seen over a way that nobody else is on: it is neither asked for
    /// nor remembered.
    /// </remarks>
    public IReadOnlyList<string> Arguments(string self, string user, params IEnumerable<string> options)
    {
        List<string> words =
        [
            "-i", KeyFile, "-l", user,
            "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "CheckHostIP=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ControlPath=none",
        ];
        if (IsVsock)
            words.AddRange(["-o", $"ProxyCommand={ProxyCommand(self)}", "-o", "ProxyUseFdpass=yes"]);
        else
            words.AddRange(["-o", $"HostName={Address}", "-p", $"{Port}"]);
        return [.. words, .. options, "--", Machine];
    }

    /// <summary>Whether it leads over the vsock.</summary>
    public bool IsVsock => Address.StartsWith(VsockPrefix, StringComparison.Ordinal) || Address.StartsWith(VsockMuxPrefix, StringComparison.Ordinal);

    // ssh has a shell run it, and expands % before.
    private string ProxyCommand(string self) =>
        string.Join(' ', ((string[])[self, ProxyWord, Address, $"{Port}"]).Select(Quote)).Replace("%", "%%", StringComparison.Ordinal);

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
