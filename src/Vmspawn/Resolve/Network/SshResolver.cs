using System.Net;
using System.Text;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;
using Vmspawn.Ssh;

namespace Vmspawn.Resolve;

/// <summary>A key that logs in to the guest.</summary>
/// <remarks>ssh-keygen takes about 100 ms: it is started first, runs while the rest is resolved, and is waited for in <see cref="FinishAsync"/>.</remarks>
internal sealed class SshResolver : IAsyncDisposable
{
    /// <summary>sshd's own port, for guests in which cloud-init installs the key.</summary>
    private const int UsualPort = 22;

    /// <summary>A port at which systemd starts an sshd with the key, besides the guest's own on 22 (systemd-ssh-generator(8), "ssh.listen").</summary>
    private const int ExtraPort = 2222;

    private readonly VmOptions _options;
    private readonly SshKeySource? _source;
    private readonly Task<SshKeyPair>? _key;
    private readonly CancellationTokenSource _abandon;
    private readonly bool _byVsock;
    private readonly bool _byNetwork;

    /// <summary>Starts to generate the key.</summary>
    public SshResolver(VmOptions options, HostInventory inventory, ProcessContext process, bool hasVsock, CancellationToken cancel)
    {
        _options = options;
        _abandon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var hasNetwork = options.Networks.Contains(NetworkMode.User) || options.PublishedPorts.Count > 0;
        // A guest with cloud-init may have an older systemd, which starts no sshd for the vsock; the one at its usual port accepts the key.
        _byNetwork = hasNetwork && (!hasVsock || options.CloudInit is not null);
        _byVsock = hasVsock && !_byNetwork;
        var isWanted = options.SshKey.Pass ?? (_byVsock || _byNetwork || options.CloudInit is not null);
        if (isWanted && inventory.FindProgram("ssh-keygen") is { } program)
        {
            _source = new SshKeySource(program, options.SshKey.Type, inventory.Host.Runtime.Path);
            _key = process.TakeSshKey(new SshKeyMaker(_source), _abandon.Token);
        }

        IsMissing = _key is null && options.SshKey.Pass == true;
    }

    /// <summary>A key is required, but ssh-keygen is missing.</summary>
    public bool IsMissing { get; }

    /// <summary>The options with the forwarded port for sshd, if the connection uses one.</summary>
    public VmOptions Publish() => _key is not null && _byNetwork
        ? _options with { PublishedPorts = [.. _options.PublishedPorts, new PublishedPort(IPAddress.Loopback, 0, GuestPort, IsUdp: false)] }
        : _options;

    private int GuestPort => _options.CloudInit is null ? ExtraPort : UsualPort;

    /// <summary>Waits for the key and adds it to the guest's credentials.</summary>
    public async Task<SshSpec?> FinishAsync(IReadOnlyList<NicSpec> nics, CredentialSet credentials, bool hasSmbios, List<Problem> problems, List<string> notices)
    {
        if (IsMissing)
            problems.Add(new Problem("ssh-key", "--pass-ssh-key=yes", "ssh-keygen is not installed", "install it (Debian: openssh-client), or leave the option out"));
        if (_key is null || await KeyAsync(_key, problems, notices).ConfigureAwait(false) is not { } key)
            return null;
        SshCredentials.Add(credentials, key.Public, withServices: (_byVsock || _byNetwork) && hasSmbios);
        if (_byNetwork && _options.CloudInit is null)
            credentials.Append("ssh.listen", Encoding.ASCII.GetBytes($"{ExtraPort}"), isPublic: true);
        return new SshSpec(key, _source!, _byNetwork ? HostPort(nics) : null);
    }

    /// <summary>Ends ssh-keygen if its key is not needed any more; its files are removed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_key is { IsCompleted: false })
            await _abandon.CancelAsync().ConfigureAwait(false);
        // Its failure was reported by FinishAsync, or the key is not needed any more.
        if (_key is not null)
            await ((Task)_key).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _abandon.Dispose();
    }

    private async Task<SshKeyPair?> KeyAsync(Task<SshKeyPair> making, List<Problem> problems, List<string> notices)
    {
        try
        {
            return await making.ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var reason = $"ssh-keygen made no key: {FailureReason.Of(error)}";
            // A container's user without an entry in passwd, for example, cannot use ssh either.
            if (_options.SshKey == SshKeyRequest.Default)
                notices.Add($"{reason}; vmspawn ssh cannot log in");
            else
                problems.Add(new Problem("ssh-key", $"--ssh-key-type={_options.SshKey.Type}", reason, "--pass-ssh-key=no does without"));
            return null;
        }
    }

    // The last published port is vmspawn's.
    private static int? HostPort(IReadOnlyList<NicSpec> nics) =>
        nics.Select(nic => nic.Link).OfType<UserLink>().First().Published[^1].HostPort;
}
