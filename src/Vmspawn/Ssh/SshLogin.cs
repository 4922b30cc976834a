namespace Vmspawn.Ssh;

/// <summary>How vmspawn itself runs commands as root by ssh(1).</summary>
internal sealed class SshLogin
{
    private readonly IReadOnlyList<string>? _proxy;

    private SshLogin(SshAccess access, string program, IReadOnlyList<string>? proxy) => (Access, Program, _proxy) = (access, program, proxy);

    /// <summary>Where sshd is reached.</summary>
    public SshAccess Access { get; }

    /// <summary>The path of ssh(1).</summary>
    public string Program { get; }

    /// <summary>Null when ssh(1) is not installed, or only a proxy command could connect and there is none.</summary>
    /// <param name="access">The guest.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="proxy"><see cref="VmStartOptions.SshProxy"/>.</param>
    public static SshLogin? Of(SshAccess access, Func<string, string?> environment, IReadOnlyList<string>? proxy)
    {
        if (SshAccess.FindProgram(environment) is not { } program || (access.IsVsock && proxy is null))
            return null;
        return new SshLogin(access, program, access.IsVsock ? [.. proxy!, access.Address, $"{access.Port}"] : null);
    }

    /// <summary>The arguments of ssh(1) before the command in the guest. It asks the user nothing.</summary>
    /// <param name="options">Further options.</param>
    public IReadOnlyList<string> Arguments(params IEnumerable<string> options) => Access.Arguments("root", _proxy, ["-o", "BatchMode=yes", .. options]);
}
