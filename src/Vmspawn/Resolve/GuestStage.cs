using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>How guest and host connect, and the credentials for the guest.</summary>
/// <param name="Credentials">All credentials: the user's, then those that other options add.</param>
/// <param name="Shares">Host directories that are shared with the guest.</param>
/// <param name="Nics">Its network cards.</param>
/// <param name="Vsock">Its vsock, or null.</param>
/// <param name="Journal">The receiver of its journal, or null.</param>
/// <param name="Ssh">The key that logs in, or null.</param>
/// <param name="Seed">The seed disk for cloud-init, or null.</param>
/// <param name="Channels">The ways into it for commands.</param>
internal sealed record GuestStage(
    IReadOnlyList<CredentialSpec> Credentials,
    IReadOnlyList<ShareSpec> Shares,
    IReadOnlyList<NicSpec> Nics,
    VsockSpec? Vsock,
    JournalSpec? Journal,
    SshSpec? Ssh,
    DriveSpec? Seed,
    GuestChannelSpec Channels)
{
    /// <param name="input">The options and the host.</param>
    /// <param name="boot">What the machine starts with.</param>
    /// <param name="vsock">The vsock, without the port at which the guest reports.</param>
    /// <param name="key">The key that is being generated.</param>
    /// <param name="cancel">Cancels the queries to programs and services.</param>
    public static async Task<GuestStage> ResolveAsync(ResolveInput input, BootStage boot, VsockSpec? vsock, SshResolver key, CancellationToken cancel)
    {
        var (options, host) = (input.Options, input.Host);
        var credentials = await CredentialResolver.ResolveAsync(options.Credentials, options.CredentialsDirectory, input.Problems, cancel).ConfigureAwait(false);
        var shares = await new ShareResolver(options, host, input.TemporaryDirectory, input.Process.RandomSuffix, input.Problems, input.Notices).ResolveAsync(input.Machine, credentials, cancel).ConfigureAwait(false);
        var nics = await NetworkResolver.ResolveAsync(key.Publish(), input.Machine, host, input.Problems, input.Notices, cancel).ConfigureAwait(false);
        if (vsock is not null)
            vsock = NotifyAddress.AddTo(vsock, credentials, host.Vsock);
        var journal = JournalResolver.Resolve(options.Journal, input.Machine, vsock, host, credentials, input.Problems);
        var ssh = await key.FinishAsync(nics, credentials, host.Platform.HasSmbiosWithoutUefi || boot.Firmware is not null, input.Problems, input.Notices).ConfigureAwait(false);
        var seed = await new CloudInitResolver(options, input.Problems, input.Notices).ResolveAsync(input.Machine, ssh is null ? [] : [ssh.Key.Public], cancel).ConfigureAwait(false);
        var channels = GuestChannelResolver.Resolve(input, ssh is not null && (ssh.HostPort is not null || vsock is not null), credentials);
        return new GuestStage([.. credentials.All], shares, nics, vsock, journal, ssh, seed, channels);
    }
}
