using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Trees;

namespace Vmspawn.Launch;

/// <summary>Directory trees of guests, and files in them.</summary>
internal static class TreeFiles
{
    /// <exception cref="LaunchException">The file was removed.</exception>
    /// <exception cref="IOException">Another file has its name.</exception>
    public static SafeFileHandle Open(FileInTree plan)
    {
        using var tree = ConfinedTree.Open(plan.Tree);
        var file = tree.OpenRead(plan.Path) ?? throw new LaunchException($"open {plan.Path} in {plan.Tree}", "it was removed since it was checked");
        return SameFile.Checked(file, plan.Identity, plan.Path);
    }

    /// <summary>Creates a directory that is removed with the launch.</summary>
    /// <returns>Its lock.</returns>
    public static async Task<SafeFileHandle> MakeThrowAwayAsync(ThrowAwayTree plan, UndoStack held, CancellationToken cancel) =>
        held.Add($"remove {plan.Path}", await ThrowAwayDirectory.MakeAsync(plan.Path, plan.CopyOf, cancel).ConfigureAwait(false)).CopyLock();
}
