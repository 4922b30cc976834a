using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Trees;

namespace Vmspawn.Launch;

/// <summary>Directory trees of the guest's and files in them.</summary>
internal static class TreeFiles
{
    /// <exception cref="LaunchException">The file is not there any more.</exception>
    public static SafeFileHandle Open(FileInTree plan)
    {
        using var tree = ConfinedTree.Open(plan.Tree);
        return tree.OpenRead(plan.Path) ?? throw new LaunchException($"open {plan.Path} in {plan.Tree}", "it was removed since it was checked");
    }

    /// <summary>Makes a directory that is removed with the launch.</summary>
    /// <returns>Its lock.</returns>
    public static async Task<SafeFileHandle> MakeThrowAwayAsync(ThrowAwayTree plan, UndoStack held, CancellationToken cancel) =>
        held.Add($"remove {plan.Path}", await ThrowAwayDirectory.MakeAsync(plan.Path, plan.CopyOf, cancel)).CopyLock();
}
