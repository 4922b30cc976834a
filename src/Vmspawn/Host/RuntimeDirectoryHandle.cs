using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Host;

/// <summary>The runtime directory of one VM: mode 0700, locked while the VM runs, removed at its end.</summary>
/// <remarks>
/// The lock is a flock(2) on <c>.NAME.lock</c> beside the directory, which is not a valid machine name; the kernel unlocks it when vmspawn exits.
/// Sockets in the directory may have a path longer than the 107 bytes of unix(7): bind and connect them by a descriptor of the
/// directory (<c>/proc/self/fd/N/socket</c>), as the listeners and connections of this project do.
/// </remarks>
internal sealed class RuntimeDirectoryHandle : IDisposable
{
    private const string PidFile = "pid";

    /// <summary>Lists throw-away directories elsewhere, each path ended by a NUL byte.</summary>
    private const string ElsewhereFile = "elsewhere";

    private readonly string _lockPath;
    private readonly SafeFileHandle _lock;
    private bool _disposed;

    private RuntimeDirectoryHandle(string path, string lockPath, SafeFileHandle lockHandle)
    {
        Path = path;
        _lockPath = lockPath;
        _lock = lockHandle;
    }

    /// <summary>Absolute path of the directory.</summary>
    public string Path { get; }

    /// <summary>Claims the directory of a machine and removes what a killed run left; null with a problem that names the holder when the machine runs already.</summary>
    /// <param name="place">The directory that holds all of them, private to the user.</param>
    /// <param name="machine">A valid machine name.</param>
    /// <param name="problems">Receives the reason.</param>
    /// <exception cref="IOException">The directory cannot be created or emptied.</exception>
    public static RuntimeDirectoryHandle? Claim(RuntimeBase place, string machine, List<Problem> problems)
    {
        var (path, lockPath) = PathsOf(place, machine);
        var lockHandle = NameLock.TryTake(lockPath);
        if (lockHandle is null)
        {
            var by = ReadPid(path) is { } pid ? $"as process {pid}" : "or is just starting";
            problems.Add(new Problem(
                "machine-running",
                machine,
                $"a machine of this name is running already, {by}",
                "choose another name with -M, or end that one first"));
            return null;
        }

        var handle = new RuntimeDirectoryHandle(path, lockPath, lockHandle);
        try
        {
            if (handle.TryMake())
                return handle;
        }
        catch
        {
            handle.ReleaseName();
            throw;
        }

        handle.ReleaseName();
        problems.Add(new Problem(
            "runtime-foreign",
            machine,
            $"there is one in {place.Path} that was made by something else",
            "remove it if nothing uses it, or choose another name with -M"));
        return null;
    }

    /// <summary>Removes the directory and the lock file of a name that nobody holds; does nothing when somebody does, or when another program made the directory.</summary>
    /// <exception cref="IOException">Something in the directory cannot be removed, such as a mount; the lock file stays.</exception>
    public static void RemoveAbandoned(RuntimeBase place, string machine)
    {
        var (path, lockPath) = PathsOf(place, machine);
        using var held = NameLock.TryTake(lockPath);
        if (held is null)
            return;
        var directory = new RuntimeDirectoryHandle(path, lockPath, held);
        if (Directory.Exists(path) && directory.IsOurs())
        {
            // A helper that has not died yet has one locked: a later start tries again.
            if (!directory.TryRemoveElsewhere())
                return;
            directory.Remove();
        }

        directory.ReleaseName();
    }

    /// <summary>Records throw-away directories that are elsewhere before they are made: if this process is killed, a later start removes them.</summary>
    /// <exception cref="IOException">They cannot be recorded.</exception>
    public void RecordElsewhere(IReadOnlyList<string> paths)
    {
        if (paths.Count > 0)
            PrivateFiles.Write(PathOf(ElsewhereFile), Encoding.UTF8.GetBytes(string.Concat(paths.Select(path => $"{path}\0"))));
    }

    /// <summary>Whether a name is locked only for a moment: its process is dead or not recorded, so that the holder starts or removes what was left.</summary>
    public static bool IsHeldBriefly(RuntimeBase place, string machine) =>
        ReadPid(PathsOf(place, machine).Path) is not { } pid || !Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"));

    /// <summary>Path of a file in it.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Removes the directory and releases the name.</summary>
    /// <exception cref="IOException">Something in the directory cannot be removed, such as a mount; the name is released nevertheless.</exception>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            Remove();
        }
        finally
        {
            ReleaseName();
        }
    }

    /// <summary>The process that a runtime directory belongs to, or null when it is not recorded.</summary>
    internal static int? ReadPid(string path)
    {
        try
        {
            var text = File.ReadAllText(System.IO.Path.Combine(path, PidFile));
            return int.TryParse(text.AsSpan().TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (string Path, string LockPath) PathsOf(RuntimeBase place, string machine) =>
        (System.IO.Path.Combine(place.Path, machine), System.IO.Path.Combine(place.Path, $".{machine}.lock"));

    // An existing directory may be removed only when it is empty or records its process: another program that uses the same
    // base does not take this lock.
    private bool IsOurs() =>
        new FileInfo(Path).LinkTarget is null && (File.Exists(PathOf(PidFile)) || !Directory.EnumerateFileSystemEntries(Path).Any());

    private bool TryRemoveElsewhere()
    {
        var all = true;
        if (File.Exists(PathOf(ElsewhereFile)))
        {
            foreach (var path in File.ReadAllText(PathOf(ElsewhereFile)).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            {
                Draft.Sweep(System.IO.Path.GetDirectoryName(path)!);
                all &= OwnTree.RemoveUnheld(path);
            }
        }

        return all;
    }

    private bool TryMake()
    {
        if (new FileInfo(Path) is { Exists: true } or { LinkTarget: not null })
            return false;
        if (Directory.Exists(Path))
        {
            if (!IsOurs())
                return false;
            TryRemoveElsewhere();
            Remove();
        }

        using var draft = Draft.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        var pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n";
        PrivateFiles.Write(System.IO.Path.Combine(draft.Path, PidFile), Encoding.ASCII.GetBytes(pid));
        return draft.TryGiveName(Path);
    }

    // It is renamed before it is removed, so that a kill during the removal leaves the name free.
    private void Remove()
    {
        try
        {
            using var draft = Draft.TryTakeAway(Path);
            draft?.Remove();
        }
        catch (IOException) when (Directory.Exists(Path))
        {
            // The file system is too full even for a rename.
        }

        // This process holds the lock of the name, so only a child that another thread starts at this moment can have the directory locked:
        // it has copies of all descriptors until it executes its program.
        if (Directory.Exists(Path))
            OwnTree.Remove(Path);
    }

    private void ReleaseName()
    {
        try
        {
            File.Delete(_lockPath);
        }
        finally
        {
            _lock.Dispose();
        }
    }
}
