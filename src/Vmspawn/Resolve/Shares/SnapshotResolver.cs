using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Spec;
using Vmspawn.Trees;

namespace Vmspawn.Resolve;

/// <summary>Determines the snapshot of a tree for an ephemeral machine: an overlay where one can be mounted, else a copy.</summary>
internal sealed class SnapshotResolver(HostInventory inventory, string? tmpdir, Func<ulong> random, List<Problem> problems, List<string> notices)
{
    private static readonly TimeSpan TrialBound = TimeSpan.FromSeconds(10);

    /// <summary>The snapshot; null with the reason in the problems.</summary>
    /// <param name="subject">The option that requests it.</param>
    /// <param name="machine">The machine's name.</param>
    /// <param name="tree">Absolute path of the tree.</param>
    /// <param name="server">Its server: only virtiofsd can have a mount namespace of its own.</param>
    /// <param name="cancel">Cancels the trial.</param>
    public async Task<TreeSnapshot?> ResolveAsync(string subject, string machine, string tree, ShareServer server, CancellationToken cancel)
    {
        if (OverlayPlace.Choose(subject, "what the guest writes", tree, tmpdir, problems) is not { } place)
            return null;
        var path = AbandonedTrees.NewPath(place.Directory, machine, random());
        var overlay = inventory.Host.IsRoot ? SnapshotKind.Overlay : SnapshotKind.UserOverlay;
        var why = server is Virtiofsd ? await WhyNoOverlayAsync(place.Directory, tree, overlay, cancel).ConfigureAwait(false) : "QEMU itself serves it";
        if (why is null)
            return new TreeSnapshot(path, overlay);
        if (tree == "/")
        {
            problems.Add(new Problem("snapshot-of-root", subject, $"nothing can be laid over it ({why}), and a copy of the whole root directory would be too much",
                "boot from another directory, or without --ephemeral"));
            return null;
        }

        notices.Add($"copying {tree} to {place.Directory}, since nothing can be laid over it: {why}");
        return new TreeSnapshot(path, SnapshotKind.Copy);
    }

    /// <summary>Mounts one as a trial, because kernels, containers and file systems may refuse it for many reasons.</summary>
    private static async Task<string?> WhyNoOverlayAsync(string place, string tree, SnapshotKind kind, CancellationToken cancel)
    {
        using var trial = Draft.CreateDirectory(place);
        AbandonedTrees.Fill(trial.Path);
        var words = TreeMounts.Overlay(trial.Path, tree, kind == SnapshotKind.UserOverlay);
        var run = await ChildRun.Run(words[0], [.. words.Skip(1), "/bin/true"], TrialBound, cancel).ConfigureAwait(false);
        return run.ExitCode == 0 ? null : run.Error.Trim().Split('\n')[0];
    }
}
