using System.Runtime.InteropServices;

namespace Vmspawn.Versions;

/// <summary>A versioned directory, which resolves to the newest version in it: <c>PATH/NAME.SUFFIX.v/</c>, or <c>PATH.v/NAME___.SUFFIX</c>.</summary>
/// <remarks>systemd.v(7).</remarks>
/// <param name="Path">The directory.</param>
/// <param name="Name">The prefix of every file name in it, before the underscore.</param>
/// <param name="Suffix">The suffix of every file name; empty for directories.</param>
internal sealed record VersionedDirectory(string Path, string Name, string Suffix)
{
    private const string Ending = ".v";
    private const string Wildcard = "___";

    // Suffixes of state that vmspawn keeps beside an image or a tree: beside a tree it would look like another version.
    private static readonly string[] Beside = [".tpmstate", ".efinvramstate"];

    /// <summary>Parses a path, which need not exist; null when it is not a versioned one.</summary>
    /// <param name="path">The path.</param>
    /// <param name="suffix">The suffix of the files if the path does not contain it.</param>
    public static VersionedDirectory? Of(string path, string suffix)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(path);
        var last = System.IO.Path.GetFileName(path);
        if (last.Length > Ending.Length && last.EndsWith(Ending, StringComparison.Ordinal))
        {
            var stem = last[..^Ending.Length];
            return new VersionedDirectory(path, stem.EndsWith(suffix, StringComparison.Ordinal) ? stem[..^suffix.Length] : stem, suffix);
        }

        var wildcard = last.IndexOf(Wildcard, StringComparison.Ordinal);
        var directory = System.IO.Path.GetDirectoryName(path);
        return wildcard > 0 && directory is not null && directory.EndsWith(Ending, StringComparison.Ordinal)
            ? new VersionedDirectory(directory, last[..wildcard], last[(wildcard + Wildcard.Length)..])
            : null;
    }

    /// <summary>The newest of the file names for a guest; null when none matches.</summary>
    public string? Newest(IEnumerable<string> names, Architecture guest)
    {
        var chosen = (File: "", Name: (VersionedName?)null);
        foreach (var file in names)
        {
            if (Version(file) is not { } name || name.Fit(guest) == 0)
                continue;
            var order = chosen.Name is null ? 1 : name.Compare(chosen.Name, guest);
            if (order > 0 || (order == 0 && string.CompareOrdinal(file, chosen.File) > 0))
                chosen = (file, name);
        }

        return chosen.Name is null ? null : chosen.File;
    }

    private VersionedName? Version(string file)
    {
        var start = Name.Length + 1;
        return file.Length > start + Suffix.Length && file[Name.Length] == '_'
            && file.StartsWith(Name, StringComparison.Ordinal) && file.EndsWith(Suffix, StringComparison.Ordinal)
            && !Beside.Any(ending => file.EndsWith(ending, StringComparison.Ordinal))
            ? VersionedName.Parse(file[start..^Suffix.Length])
            : null;
    }
}
