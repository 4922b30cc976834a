using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Snapshots;

namespace Vmspawn;

/// <summary>
/// A frozen machine: a directory with its memory, the throw-away overlays of its disks, its keys, and a manifest. Any number of machines can continue from it at the
/// same time; none of them writes to it.
/// </summary>
public sealed class VmSnapshot
{
    private readonly SnapshotFiles _files;

    internal VmSnapshot(SnapshotFiles files) => _files = files;

    /// <summary>Its absolute path.</summary>
    public string Directory => _files.Directory;

    /// <summary>The name of the machine that was frozen.</summary>
    public string Machine => _files.Manifest.Name;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created => _files.Manifest.Created;

    /// <summary>The version of the QEMU that it is of.</summary>
    public string QemuVersion => _files.Manifest.Qemu.Version;

    /// <summary>The bytes of its files.</summary>
    public long Size => System.IO.Directory.EnumerateFiles(Directory).Sum(file => new FileInfo(file).Length);

    /// <summary>
    /// The directory of the snapshots that have a name instead of a path: <c>$XDG_DATA_HOME/vmspawn/snapshots</c>, or <c>/var/lib/vmspawn/snapshots</c> for root and
    /// <c>~/.local/share/vmspawn/snapshots</c> for others if that variable is not set; null if there is no home directory either.
    /// </summary>
    /// <param name="environment">The environment; null for the process's.</param>
    public static string? UserDirectory(VmEnvironment? environment = null) => SnapshotPlace.Of((environment ?? VmEnvironment.OfProcess).Variable);

    /// <summary>The absolute path of a snapshot: a text without a slash is a name in <see cref="UserDirectory"/>.</summary>
    /// <param name="nameOrPath">A name or a path.</param>
    /// <param name="environment">The environment; null for the process's.</param>
    public static string PathOf(string nameOrPath, VmEnvironment? environment = null)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        return SnapshotPlace.PathOf(nameOrPath, (environment ?? VmEnvironment.OfProcess).Variable);
    }

    /// <summary>Reads a snapshot. Whether it fits this host is seen when a machine is planned, or by <see cref="CheckAsync"/>.</summary>
    /// <param name="directory">Its path.</param>
    /// <exception cref="VmSnapshotException">There is none, or it is damaged.</exception>
    public static VmSnapshot Open(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var problems = new List<Problem>();
        return SnapshotFiles.TryRead(directory, problems) is { } files ? new VmSnapshot(files) : throw new VmSnapshotException(problems);
    }

    /// <summary>The snapshots in a directory, by name. What cannot be read is left out.</summary>
    /// <param name="directory">The directory; one that does not exist has none.</param>
    public static IReadOnlyList<VmSnapshot> List(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        try
        {
            return System.IO.Directory.Exists(directory)
                ? [.. System.IO.Directory.GetDirectories(directory).Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal)
                    .Select(path => SnapshotFiles.TryRead(path, [])).OfType<SnapshotFiles>().Select(files => new VmSnapshot(files))]
                : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VmSnapshotException($"cannot list {directory}: {FailureReason.Of(error)}", error);
        }
    }

    /// <summary>Why a planned machine could not be frozen: each device or disk that forbids it. Empty when it could, as far as can be known before it runs.</summary>
    /// <param name="planning">A planning without problems.</param>
    /// <exception cref="VmPlanException">It has problems.</exception>
    public static IReadOnlyList<Problem> Check(VmPlanning planning)
    {
        ArgumentNullException.ThrowIfNull(planning);
        planning.Require();
        return SnapshotRules.Check(planning.Spec!);
    }

    /// <summary>Why no machine can continue from it on this host: another QEMU, a changed image, a missing file. Empty when one can.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<Problem>> CheckAsync(CancellationToken cancellationToken = default) =>
        (await VmPlanning.OfAsync(new VmOptions { Restore = new RestoreRequest(Directory) }, null, cancellationToken).ConfigureAwait(false)).Problems;

    /// <summary>Removes it. Machines that continue from it run on.</summary>
    /// <exception cref="VmSnapshotException">It cannot be removed.</exception>
    public void Delete()
    {
        try
        {
            // Under another name first, so that an interrupted removal leaves no half of a snapshot.
            using var draft = Draft.TryTakeAway(Directory) ?? throw new VmSnapshotException($"cannot remove {Directory}: another process removes it");
            draft.Remove();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VmSnapshotException($"cannot remove {Directory}: {FailureReason.Of(error)}", error);
        }
    }
}
