using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Trees;

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

    /// <summary>Makes it.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="copyOf">The tree to copy there, or null for an overlay's directories.</param>
    /// <exception cref="LaunchException">It cannot be made, or the tree not copied; nothing is left.</exception>
    public static ThrowAwayDirectory Make(string path, string? copyOf)
    {
        var end = DateTime.UtcNow + GoneBound;
        for (AbandonedTrees.Remove(Path.GetDirectoryName(path)!); Path.Exists(path); AbandonedTrees.Remove(Path.GetDirectoryName(path)!))
        {
            if (DateTime.UtcNow > end)
                throw new LaunchException($"make {path}", "it is there already (give the VM another name with -M)");
            Thread.Sleep(20);
        }

        Directory.CreateDirectory(path, OwnerOnly);
        var taken = OpenFile.Open(path, writable: false);
        FileLock.TryLockExclusive(taken);
        var made = new ThrowAwayDirectory(path, taken);
        try
        {
            foreach (var name in (string[])[AbandonedTrees.Merged, AbandonedTrees.Lower, AbandonedTrees.Upper, AbandonedTrees.Work])
                Directory.CreateDirectory(Path.Combine(path, name), OwnerOnly);
            if (copyOf is { } source)
                Copy(source, Path.Combine(path, AbandonedTrees.Merged));
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
