using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Ssh;

namespace Vmspawn;

/// <summary>How the SSH server of a guest is reached, and the key with which root logs in.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Address"><c>vsock/CID</c>, <c>vsock-mux/PATH</c> of a socket that accepts <c>CONNECT PORT</c>, or an IP address.</param>
/// <param name="Port">The port there.</param>
/// <param name="KeyFile">Absolute path of the private key.</param>
public sealed record SshAccess(string Machine, string Address, int Port, string KeyFile)
{
    internal const string VsockPrefix = "vsock/";
    internal const string VsockMuxPrefix = "vsock-mux/";

    /// <summary>The variable with another program than ssh(1), as for systemd's own tools.</summary>
    public const string ProgramVariable = "SYSTEMD_SSH";

    /// <summary>Whether the address is one of a vsock, to which ssh(1) connects only by a proxy command.</summary>
    public bool IsVsock => Address.StartsWith(VsockPrefix, StringComparison.Ordinal) || Address.StartsWith(VsockMuxPrefix, StringComparison.Ordinal);

    /// <summary>The path of ssh(1), or of the program that the user has chosen instead; null when it is not installed.</summary>
    /// <param name="environment">What is read of this process; null for <see cref="VmEnvironment.OfProcess"/>.</param>
    public static string? FindProgram(VmEnvironment? environment = null) => FindProgram((environment ?? VmEnvironment.OfProcess).Variable);

    /// <summary>The arguments of ssh(1) before the command in the guest, if any.</summary>
    /// <param name="user">The user to log in as.</param>
    /// <param name="proxyCommand">
    /// The words of a command that connects and passes the connection to ssh (ssh_config(5), <c>ProxyUseFdpass</c>); null to connect directly, which is
    /// possible for an IP address only.
    /// </param>
    /// <param name="options">Further options for ssh.</param>
    /// <remarks>
    /// The guest's host key is not checked and not saved: the connection goes to a machine of this host, over a path that no other machine can intercept.
    /// </remarks>
    public IReadOnlyList<string> Arguments(string user, IReadOnlyList<string>? proxyCommand = null, params IEnumerable<string> options)
    {
        if (proxyCommand is null && IsVsock)
            throw new ArgumentNullException(nameof(proxyCommand), "ssh connects to a vsock only by a proxy command");
        List<string> words =
        [
            "-i", KeyFile, "-l", user,
            "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "CheckHostIP=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ControlPath=none",
        ];
        if (proxyCommand is null)
            words.AddRange(["-o", $"HostName={Address}", "-p", $"{Port}"]);
        else
            words.AddRange(["-o", $"ProxyCommand={ShellText.Join(proxyCommand).Replace("%", "%%", StringComparison.Ordinal)}", "-o", "ProxyUseFdpass=yes"]);
        return [.. words, .. options, "--", Machine];
    }

    /// <summary>Connects to the server.</summary>
    /// <param name="waitsForServer">
    /// Whether to wait until the server sends its identification, which is not consumed. A connection alone does not show that it runs: QEMU and passt accept
    /// one for a guest that is not up.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The socket, which the caller owns.</returns>
    /// <exception cref="IOException">The guest does not exist, does not listen on the port, or has closed the connection.</exception>
    public Task<SafeFileHandle> ConnectAsync(bool waitsForServer = false, CancellationToken cancellationToken = default)
    {
        var sshd = new GuestSshd(this);
        return waitsForServer ? sshd.ConnectToSpeakerAsync(cancellationToken) : sshd.ConnectAsync(cancellationToken);
    }

    internal static string? FindProgram(Func<string, string?> environment) =>
        Executable.Find(environment(ProgramVariable) is { Length: > 0 } given ? given : "ssh", environment("PATH"));

    // ssh expands % in it and runs it by a shell.
}
