using System.Text.Json;
using Vmspawn.Linux;
using Vmspawn.Ssh;

namespace Vmspawn.Snapshots;

/// <summary>A snapshot on the disk: a directory with mode 0700 that gets its name once it is complete.</summary>
/// <param name="Directory">Its absolute path.</param>
/// <param name="Manifest">Its manifest.</param>
internal sealed record SnapshotFiles(string Directory, SnapshotManifest Manifest)
{
    public const string ManifestName = "manifest.json";

    /// <summary>Memory and device state, as QEMU's migration stream.</summary>
    public const string Memory = "memory";

    /// <summary>The private SSH key.</summary>
    public const string PrivateKey = "ssh-key";

    /// <summary>The longest manifest that is read.</summary>
    private const long LongestManifest = 16 << 20;

    /// <summary>The name of the file of a disk without an image.</summary>
    public static string Content(string id) => $"disk-{id}.raw";

    /// <summary>The name of an overlay's file.</summary>
    /// <param name="id">The disk.</param>
    /// <param name="depth">0 for the one nearest to the guest.</param>
    public static string Overlay(string id, int depth) => depth == 0 ? $"disk-{id}.qcow2" : $"disk-{id}-{depth}.qcow2";

    public string PathOf(string name) => Path.Combine(Directory, name);

    /// <summary>Reads it; null with the reason in <paramref name="problems"/>.</summary>
    public static SnapshotFiles? TryRead(string directory, ICollection<Problem> problems)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var file = Path.Combine(path, ManifestName);
        try
        {
            // Fails where another user's directory hides it.
            FileFacts.OfName(path);
            if (!File.Exists(file))
                return Refuse("snapshot-invalid", $"this is no snapshot: it has no {ManifestName}", "vmspawn freeze makes one");
            if (new FileInfo(file).Length > LongestManifest)
                return Refuse("snapshot-invalid", $"this is no snapshot: its {ManifestName} is too long", "make another one");
            return new SnapshotFiles(path, SnapshotManifest.Parse(File.ReadAllBytes(file)));
        }
        catch (LinuxException error) when (error.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return Refuse("snapshot-missing", "there is no such directory", "vmspawn freeze makes one, vmspawn snapshot list shows those that there are");
        }
        catch (JsonException error)
        {
            return Refuse("snapshot-invalid", $"its {ManifestName} cannot be read: {error.Message}", "make another one");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Refuse("snapshot-unreadable", $"cannot be read: {FailureReason.Of(error)}", null);
        }

        SnapshotFiles? Refuse(string code, string text, string? hint)
        {
            problems.Add(new Problem(code, $"snapshot {path}", text, hint));
            return null;
        }
    }

    /// <summary>The identity of one of its files; null with a problem when it is missing or cut off.</summary>
    /// <param name="name">The file.</param>
    /// <param name="problems">Receives the problem.</param>
    /// <param name="size">Its size; null for any.</param>
    public FileIdentity? TryIdentify(string name, ICollection<Problem> problems, long? size = null)
    {
        try
        {
            using var file = OpenFile.Open(PathOf(name), writable: false);
            var facts = FileFacts.Of(file);
            return size is null || facts.Size == size ? facts.Identity : throw new IOException($"it has {facts.Size} bytes instead of {size}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(Damaged(name, error));
            return null;
        }
    }

    /// <summary>The bytes of one of its files; null with a problem when it is missing.</summary>
    public byte[]? TryReadAll(string name, ICollection<Problem> problems)
    {
        try
        {
            return File.ReadAllBytes(PathOf(name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(Damaged(name, error));
            return null;
        }
    }

    /// <summary>The SSH key; null without one, or with a problem when its file is missing.</summary>
    public SshKeyPair? TryReadKey(ICollection<Problem> problems) =>
        Manifest.PublicKey is { } key && TryReadAll(PrivateKey, problems) is { } content ? new SshKeyPair(content, key) : null;

    private Problem Damaged(string name, Exception error) => new("snapshot-damaged", $"snapshot {Directory}", $"its file {name} cannot be used: {FailureReason.Of(error)}", "make another one");
}

/// <summary>Freezes the machine into a directory; it stays stopped afterwards unless it is kept.</summary>
/// <param name="directory">The directory to make.</param>
/// <param name="options">How.</param>
/// <param name="cancel">Cancels it: the machine goes on.</param>
/// <exception cref="VmSnapshotException">It cannot be frozen; it goes on.</exception>
internal delegate Task<SnapshotFiles> Freezer(string directory, VmFreezeOptions options, CancellationToken cancel);
