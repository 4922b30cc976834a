using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Trees;

/// <summary>The directory for an ephemeral guest's writes to its tree; removed with the VM, or by a later VM if vmspawn was killed.</summary>
/// <remarks>It is locked from its creation, under its draft's name already, until it has been removed, so that it never counts as abandoned.</remarks>
internal sealed class ThrowAwayDirectory : IDisposable
{
    /// <summary>The time limit for copying a large tree.</summary>
    private static readonly TimeSpan CopyBound = TimeSpan.FromMinutes(30);

    private readonly Draft _held;

    private ThrowAwayDirectory(string path, Draft held)
    {
        Path = path;
        _held = held;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Creates it.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="copyOf">The tree to copy there, or null for an overlay's directories.</param>
    /// <param name="cancel">Cancels the copying.</param>
    /// <exception cref="LaunchException">It cannot be created, or the tree cannot be copied; nothing is left.</exception>
    public static async Task<ThrowAwayDirectory> MakeAsync(string path, string? copyOf, CancellationToken cancel)
    {
        var place = System.IO.Path.GetDirectoryName(path)!;
        AbandonedTrees.Remove(place);
        var draft = Draft.CreateDirectory(place);
        try
        {
            AbandonedTrees.Fill(draft.Path);
            if (copyOf is { } source)
                await CopyAsync(source, System.IO.Path.Combine(draft.Path, AbandonedTrees.Merged), cancel).ConfigureAwait(false);
            if (!draft.TryGiveName(path))
                throw new LaunchException($"make {path}", "it is there already (remove it if nothing uses it)");
            return new ThrowAwayDirectory(path, draft);
        }
        catch
        {
            draft.Dispose();
            throw;
        }
    }

    /// <summary>The locked descriptor for a program that uses it, so that the lock is held even if vmspawn is killed.</summary>
    public SafeFileHandle CopyLock() => OpenFile.Duplicate(_held.Handle);

    public void Dispose()
    {
        try
        {
            OwnTree.Remove(Path);
        }
        finally
        {
            _held.Dispose();
        }
    }

    private static async Task CopyAsync(string source, string target, CancellationToken cancel)
    {
        var run = await ChildRun.Run("/bin/cp", ["--archive", "--reflink=auto", "--", $"{source}/.", target], CopyBound, cancel).ConfigureAwait(false);
        if (run.ExitCode != 0)
            throw new LaunchException($"copy {source}", run.Error.Trim().Split('\n')[0]);
    }
}
