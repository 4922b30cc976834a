using Vmspawn.Options;
using Vmspawn.Ssh;

namespace Vmspawn.Spec;

/// <summary>How the guest's journal is received.</summary>
/// <param name="Program">Absolute path of systemd-journal-remote(8).</param>
/// <param name="File">Absolute path of the file that it is written to.</param>
/// <param name="Request">Its limits.</param>
/// <param name="Port">The host's vsock port that receives it.</param>
internal sealed record JournalSpec(string Program, string File, JournalRequest Request, uint Port);

/// <summary>The ways into the guest for commands.</summary>
/// <param name="HasShell">The virtio port of our shell.</param>
/// <param name="HasAgent">The virtio port of qemu-guest-agent, which can start the shell.</param>
/// <param name="HasSsh">The shell by ssh.</param>
internal sealed record GuestChannelSpec(bool HasShell = false, bool HasAgent = false, bool HasSsh = false);

/// <summary>A key that is authorized in the guest, and how to connect.</summary>
/// <param name="Key">The key.</param>
/// <param name="Source">How the next key is generated.</param>
/// <param name="HostPort">The forwarded port on the host's loopback address, or null for a connection by vsock or none.</param>
internal sealed record SshSpec(SshKeyPair Key, SshKeySource Source, int? HostPort);

/// <summary>Collects credentials: the user's, then those that other options add.</summary>
internal sealed class CredentialSet
{
    private readonly List<CredentialSpec> _all = [];

    /// <summary>In the order of the last set, or the first append, of each.</summary>
    public IReadOnlyList<CredentialSpec> All => _all;

    /// <summary>Sets a credential; replaces an earlier value.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="value">Its bytes.</param>
    /// <param name="isPublic">It is no secret.</param>
    public void Set(string id, ReadOnlyMemory<byte> value, bool isPublic = false)
    {
        _all.RemoveAll(earlier => earlier.Id == id);
        _all.Add(new CredentialSpec(id, value) { IsPublic = isPublic });
    }

    /// <summary>Adds a credential without which the machine starts as well.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="value">Its bytes.</param>
    public void Offer(string id, ReadOnlyMemory<byte> value) => _all.Add(new CredentialSpec(id, value) { IsOptional = true });

    /// <summary>
    /// Appends lines to a credential that is a text file, such as <c>fstab.extra</c> or <c>tmpfiles.extra</c>.
    /// </summary>
    /// <param name="id">Its name.</param>
    /// <param name="lines">Lines, with or without a final line feed.</param>
    /// <param name="isPublic">The lines are not secret; the whole credential is public if all its lines are.</param>
    public void Append(string id, ReadOnlySpan<byte> lines, bool isPublic = false)
    {
        var at = _all.FindIndex(earlier => earlier.Id == id);
        var before = at < 0 ? default : _all[at].Value.Span;
        var between = before.IsEmpty || before[^1] == '\n' ? [] : "\n"u8;
        var end = lines.IsEmpty || lines[^1] == '\n' ? [] : "\n"u8;
        var joined = new CredentialSpec(id, (byte[])[.. before, .. between, .. lines, .. end]) { IsPublic = isPublic && (at < 0 || _all[at].IsPublic) };
        if (at < 0)
            _all.Add(joined);
        else
            _all[at] = joined;
    }
}
