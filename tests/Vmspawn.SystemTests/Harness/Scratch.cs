using System.Security.Cryptography;

namespace Vmspawn.SystemTests.Harness;

/// <summary>One test's own folders, and the mark by which everything that it started is found again.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly HashSet<string> _ours = [];

    public Scratch()
    {
        Mark = "vt" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        Root = Directory.CreateTempSubdirectory(Mark + "-").FullName;
        Images = Directory.CreateDirectory(Path.Combine(Root, "images")).FullName;
        Temporary = Directory.CreateDirectory(Path.Combine(Root, "tmp")).FullName;
        Runtime = Path.Combine(Root, "run");
        Directory.CreateDirectory(Runtime, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Unique to this test, a valid host name.</summary>
    public string Mark { get; }

    public string Root { get; }

    /// <summary>$XDG_RUNTIME_DIR of the program under test.</summary>
    public string Runtime { get; }

    /// <summary>The folder of all machines where $XDG_RUNTIME_DIR cannot be used.</summary>
    private string Fallback => Path.Combine(Temporary, $"vmspawn-{Linux.UserEntry.EffectiveUserId}");

    /// <summary>$TMPDIR of the program under test.</summary>
    public string Temporary { get; }

    /// <summary>Where the test's images lie.</summary>
    public string Images { get; }

    /// <summary>Where programs keep their state.</summary>
    public string State => Path.Combine(Images, ".local", "state");

    /// <summary>Where the machine of that name keeps its sockets while it runs.</summary>
    public string RuntimeOf(string machine) => Path.Combine(Runtime, "systemd", "vmspawn", machine);

    /// <summary>A path for a file or folder the test makes itself: it may stay.</summary>
    public string Own(string name)
    {
        var path = Path.Combine(Images, name);
        _ours.Add(path);
        return path;
    }

    /// <summary>A raw image of <paramref name="size"/> bytes, all holes.</summary>
    public string Raw(string name, long size = 4 << 20)
    {
        var path = Own(name);
        using var file = File.Create(path);
        file.SetLength(size);
        return path;
    }

    /// <summary>A directory tree that looks like an operating system's.</summary>
    public string Tree(string name)
    {
        var path = Own(name);
        Directory.CreateDirectory(Path.Combine(path, "usr/lib"));
        Directory.CreateDirectory(Path.Combine(path, "etc"));
        File.WriteAllText(Path.Combine(path, "etc/os-release"), "ID=test\n");
        return path;
    }

    public string Text(string name, string text)
    {
        var path = Own(name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>
    /// Files and folders that the test did not make. The folders shared by all machines may stay, and what is
    /// remembered there of the host's KVM until it boots again, or ready for the next machine; the logs of machines, and the lock files of test processes.
    /// </summary>
    public IEnumerable<string> Strangers()
    {
        var logs = Path.Combine(State, "vmspawn", "logs");
        string[] shared = [Path.Combine(Runtime, "systemd"), Path.Combine(Runtime, "systemd", "vmspawn"), Images, Temporary, Runtime, Fallback, Path.GetDirectoryName(State)!, State, Path.GetDirectoryName(logs)!];
        return Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories)
            .Where(path => !shared.Contains(path) && !path.StartsWith(logs, StringComparison.Ordinal) && !path.StartsWith(Path.Combine(Runtime, "vmspawn-tests"), StringComparison.Ordinal) && !path.StartsWith(Path.Combine(shared[1], ".kvm-"), StringComparison.Ordinal) && !path.StartsWith(Path.Combine(shared[1], ".ssh-spare-"), StringComparison.Ordinal) && !_ours.Any(own => path == own || path.StartsWith(own + "/", StringComparison.Ordinal)));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
