using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn;

/// <summary>The directories that contain the runtime directories of machines.</summary>
/// <remarks>The same places as for starting (<see cref="Host.RuntimeBase"/>), except that nothing is created and all of them are used.</remarks>
/// <param name="Paths">Absolute paths; the user's own come first.</param>
/// <param name="Closed">Those that exist but are not readable.</param>
internal sealed record MachinePlaces(IReadOnlyList<string> Paths, IReadOnlyList<string> Closed)
{
    private const string Below = "systemd/vmspawn";

    /// <summary>Finds the directories of a scope; <see cref="RuntimeScope.Auto"/> means all.</summary>
    public static MachinePlaces Find(RuntimeScope scope, uint uid, Func<string, string?> environment, string system = "/run")
    {
        var wanted = new List<string>();
        if (scope != RuntimeScope.System)
        {
            if (environment("XDG_RUNTIME_DIR") is ['/', ..] run)
                wanted.Add(Path.Combine(run, Below));
            var temporary = environment("TMPDIR") is ['/', ..] given ? given : "/tmp";
            if (Path.Combine(temporary, $"vmspawn-{uid}") is var fallback && IsOurs(fallback, uid))
                wanted.Add(fallback);
        }

        if (scope != RuntimeScope.User)
            wanted.Insert(uid == 0 ? 0 : wanted.Count, Path.Combine(system, Below));
        return Sort(wanted.Distinct());
    }

    /// <summary>The runtime directories in them, sorted, including those of machines that no longer run.</summary>
    public IEnumerable<MachineEntry> Entries()
    {
        var entries = new List<MachineEntry>();
        foreach (var place in Paths)
        {
            foreach (var directory in Directory.EnumerateDirectories(place))
            {
                if (MachineNameText.IsValid(Path.GetFileName(directory)))
                    entries.Add(new MachineEntry(Path.GetFileName(directory), directory));
            }
        }

        return entries.OrderBy(entry => entry.Name, StringComparer.Ordinal);
    }

    // In a world-writable directory another user can create a directory with this name and receive passed files.
    private static bool IsOurs(string path, uint uid)
    {
        try
        {
            using var directory = OpenFile.Directory(path);
            var facts = FileFacts.Of(directory);
            return facts.UserId == uid && (facts.Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    private static MachinePlaces Sort(IEnumerable<string> wanted)
    {
        var open = new List<string>();
        var closed = new List<string>();
        foreach (var path in wanted)
        {
            try
            {
                using (var entries = Directory.EnumerateFileSystemEntries(path).GetEnumerator())
                    entries.MoveNext();
                open.Add(path);
            }
            catch (UnauthorizedAccessException)
            {
                closed.Add(path);
            }
            catch (IOException)
            {
                // No machine was ever started there.
            }
        }

        return new MachinePlaces(open, closed);
    }
}

/// <summary>A runtime directory, of a running or an ended machine.</summary>
/// <param name="Name">The machine's name.</param>
/// <param name="Directory">Its absolute path.</param>
internal sealed record MachineEntry(string Name, string Directory)
{
    /// <summary>The control socket.</summary>
    public string Socket => Path.Combine(Directory, "control");
}
