using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Client;

/// <summary>The directories that hold a directory for each running machine, and which may be looked into.</summary>
/// <remarks>The same places as for starting (<see cref="Host.RuntimeBase"/>), except that nothing is made and that all count.</remarks>
/// <param name="Paths">Absolute; those where our own machines are come first.</param>
/// <param name="Closed">Those that exist and that we may not read.</param>
internal sealed record MachinePlaces(IReadOnlyList<string> Paths, IReadOnlyList<string> Closed)
{
    private const string Below = "systemd/vmspawn";

    /// <summary>Looks at the places of a scope; <see cref="RuntimeScope.Auto"/> is all of them.</summary>
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

    /// <summary>The names of the directories in them, whether their machine runs or not, sorted.</summary>
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

    // In a directory that everybody can write, anybody can make one of that name, and wait there for what we hand over.
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
                // Nothing was ever started there.
            }
        }

        return new MachinePlaces(open, closed);
    }
}
