using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>The directory that takes what an ephemeral guest writes into its tree; removed with the VM, or by a later one when ours was killed.</summary>
internal sealed class ThrowAwayDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Copying a large tree takes its time.</summary>
    private static readonly TimeSpan CopyBound = TimeSpan.FromMinutes(30);

    /// <summary>How long the processes of a VM that was killed may keep theirs: the kernel is ending them.</summary>
    private static readonly TimeSpan GoneBound = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private SafeFileHandle? _lock;

    private ThrowAwayDirectory(string path, SafeFileHandle taken)
    {
        _path = path;
        _lock = taken;
    }

    /// <exception cref="LaunchException">It cannot be made, or the tree not copied; nothing is left.</exception>
    public static ThrowAwayDirectory Make(ThrowAwayTree tree)
    {
        var end = DateTime.UtcNow + GoneBound;
        for (AbandonedTrees.Remove(Path.GetDirectoryName(tree.Path)!); Path.Exists(tree.Path); AbandonedTrees.Remove(Path.GetDirectoryName(tree.Path)!))
        {
            if (DateTime.UtcNow > end)
                throw new LaunchException($"make {tree.Path}", "it is there already (give the VM another name with -M)");
            Thread.Sleep(20);
        }

        Directory.CreateDirectory(tree.Path, OwnerOnly);
        var taken = OpenFile.Open(tree.Path, writable: false);
        FileLock.TryLockExclusive(taken);
        var made = new ThrowAwayDirectory(tree.Path, taken);
        try
        {
            foreach (var name in (string[])[ThrowAwayTree.Merged, ThrowAwayTree.Lower, ThrowAwayTree.Upper, ThrowAwayTree.Work])
                Directory.CreateDirectory(Path.Combine(tree.Path, name), OwnerOnly);
            if (tree.CopyOf is { } source)
                Copy(source, Path.Combine(tree.Path, ThrowAwayTree.Merged));
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>The lock, once: whoever has it, or a copy of it, keeps the directory from being taken for abandoned.</summary>
    public SafeFileHandle TakeLock()
    {
        var taken = _lock ?? throw new InvalidOperationException("The lock was taken already.");
        _lock = null;
        return taken;
    }

    public void Dispose()
    {
        AbandonedTrees.RemoveTree(_path);
        _lock?.Dispose();
    }

    private static void Copy(string source, string target)
    {
        var run = ChildRun.Run("/bin/cp", ["--archive", "--reflink=auto", "--", $"{source}/.", target], CopyBound).GetAwaiter().GetResult();
        if (run.ExitCode != 0)
            throw new LaunchException($"copy {source}", run.Error.Trim().Split('\n')[0]);
    }
}
