using Vmspawn.Options;
using Vmspawn.Ssh;

namespace Vmspawn.Spec;

/// <summary>Where the guest's journal goes.</summary>
/// <param name="Program">Absolute path of systemd-journal-remote(8).</param>
/// <param name="File">Absolute path of the file that takes it.</param>
/// <param name="Wish">Its limits.</param>
/// <param name="Port">The host's vsock port at which it comes in.</param>
internal sealed record JournalSpec(string Program, string File, JournalRequest Wish, uint Port);

/// <summary>A key that logs in to the guest, and the way for it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Source">By what the next one is made.</param>
/// <param name="HostPort">The port of the host's loopback address that leads in, or null where the vsock does, or nothing.</param>
internal sealed record SshSpec(SshKeyPair Key, SshKeySource Source, int? HostPort);

/// <summary>Credentials while they are collected: the user's, then those that options of ours need in the guest.</summary>
internal sealed class CredentialSet
{
    private readonly List<CredentialSpec> _all = [];

    /// <summary>In the order in which each was set last, or appended to first.</summary>
    public IReadOnlyList<CredentialSpec> All => _all;

    /// <summary>Sets one; a later value replaces an earlier one.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="value">Its bytes.</param>
    /// <param name="isPublic">It is no secret.</param>
    public void Set(string id, ReadOnlyMemory<byte> value, bool isPublic = false)
    {
        _all.RemoveAll(earlier => earlier.Id == id);
        _all.Add(new CredentialSpec(id, value) { IsPublic = isPublic });
    }

    /// <summary>
    /// Adds lines to one that is a file of lines, such as <c>fstab.extra</c> or <c>tmpfiles.extra</c>: what is there stays in front.
    /// </summary>
    /// <param name="id">Its name.</param>
    /// <param name="lines">Lines, with or without a last line feed.</param>
    /// <param name="isPublic">They are no secret; the whole is none when nothing in it is.</param>
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
