using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Trees;

/// <summary>Throw-away directories: how they are called, and how those go whose VM was killed with all that could remove them.</summary>
internal static class AbandonedTrees
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The names in it: what the guest sees, and for an overlay the tree, what differs from it, and the kernel's own.</summary>
    internal const string Merged = "merged", Lower = "lower", Upper = "upper", Work = "work";

    private static string Prefix => $".vmspawn-x-{HostProbe.EffectiveUser}-";

    /// <summary>Path of the one of a machine.</summary>
    /// <param name="place">The directory that holds it.</param>
    /// <param name="machine">The machine's name.</param>
    public static string PathFor(string place, string machine) => Path.Combine(place, Prefix + machine);

    /// <summary>Removes those of ours that nobody uses any more; what cannot be removed stays.</summary>
    public static void Remove(string place)
    {
        foreach (var path in Directory.GetDirectories(place, $"{Prefix}*"))
        {
            try
            {
                using var directory = OpenFile.Open(path, writable: false);
                if (FileFacts.Of(directory).UserId == HostProbe.EffectiveUser && FileLock.TryLockExclusive(directory))
                    RemoveTree(path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It is in nobody's way.
            }
        }
    }

    /// <summary>Removes a directory with all in it, also what the guest took its owner's rights from.</summary>
    public static void RemoveTree(string path)
    {
        if (!Directory.Exists(path))
            return;
        if (HostProbe.EffectiveUser != 0)
            MakeWritable(new DirectoryInfo(path));
        Directory.Delete(path, recursive: true);
    }

    private static void MakeWritable(DirectoryInfo directory)
    {
        directory.UnixFileMode |= OwnerOnly;
        foreach (var below in directory.EnumerateDirectories().Where(below => below.LinkTarget is null))
            MakeWritable(below);
    }
}
