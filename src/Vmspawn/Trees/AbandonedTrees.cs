using Vmspawn.Host;

namespace Vmspawn.Trees;

/// <summary>Names of throw-away directories, and the removal of those that a killed VM left.</summary>
internal static class AbandonedTrees
{
    /// <summary>The names in it: the merged tree, and for an overlay the lower tree, the upper directory, and the kernel's work directory.</summary>
    internal const string Merged = "merged", Lower = "lower", Upper = "upper", Work = "work";

    private static string Prefix => $".vmspawn-x-{HostProbe.EffectiveUser}-";

    /// <summary>A new path for a machine: machines of one name may run from different runtime directories.</summary>
    /// <param name="place">The directory that holds it.</param>
    /// <param name="machine">The machine's name.</param>
    /// <param name="random">A random number.</param>
    public static string NewPath(string place, string machine, ulong random) => Path.Combine(place, $"{Prefix}{machine}-{random:x16}");

    /// <summary>Removes those of this user that no process has locked; failures are ignored.</summary>
    public static void Remove(string place)
    {
        foreach (var path in Directory.GetDirectories(place, $"{Prefix}*"))
            OwnTree.RemoveUnheld(path);
    }

    /// <summary>Creates the empty directories in it.</summary>
    public static void Fill(string path)
    {
        foreach (var name in (string[])[Merged, Lower, Upper, Work])
            Directory.CreateDirectory(Path.Combine(path, name), PrivateFiles.DirectoryMode);
    }
}
