using Vmspawn.Spec;
using Vmspawn.Trees;

namespace Vmspawn.Plan.Arguments;

/// <summary>virtiofsd for one share. It requires a listening socket, on which it accepts one connection.</summary>
internal static class VirtiofsdArguments
{
    public static HelperPlan For(ShareSpec share, Virtiofsd virtiofsd)
    {
        var descriptors = new DescriptorTable();
        var listener = descriptors.Add(share.Id, new ListeningEnd(share.Id));
        // virtiofsd keeps the descriptor open; the kernel releases its lock when the last process that uses the tree exits.
        if (share.IsRoot)
            descriptors.Add("tree-lock", new LockedTree(share.Source, IsShared: share.Snapshot is not null));
        if (share.Snapshot is { } snapshot)
            descriptors.Add("throw-away", new ThrowAwayTree(snapshot.Place, snapshot.Kind == SnapshotKind.Copy ? share.Source : null));
        return new HelperPlan
        {
            Purpose = $"{share.Source} for the guest",
            Program = virtiofsd.Path,
            Wrapper = Wrapper(share, virtiofsd),
            Arguments = virtiofsd.Kind == VirtiofsdKind.Rust ? Rust(share, virtiofsd, listener) : C(share, virtiofsd, listener),
            Descriptors = descriptors.All,
        };
    }

    private static IReadOnlyList<string> Wrapper(ShareSpec share, Virtiofsd virtiofsd) => share switch
    {
        { Snapshot: { Kind: SnapshotKind.Overlay or SnapshotKind.UserOverlay } overlay } =>
            TreeMounts.Overlay(overlay.Place, share.Source, overlay.Kind == SnapshotKind.UserOverlay),
        // The C program cannot refuse writes, so the tree is mounted read-only.
        { ReadOnly: true } when virtiofsd.Kind == VirtiofsdKind.C => TreeMounts.ReadOnly(share.Source),
        _ => [],
    };

    // QEMU's device does not support submount announcements.
    private static List<string> Rust(ShareSpec share, Virtiofsd virtiofsd, int listener)
    {
        List<string> words =
        [
            $"--fd={listener}", $"--shared-dir={share.Shown}", $"--sandbox={Word(virtiofsd.Sandbox)}",
            "--xattr", "--no-announce-submounts", "--log-level=error",
        ];
        if (share.ReadOnly)
            words.Add("--readonly");
        // By default it looks up the directory's mount point, which is not visible in a plain chroot.
        if (virtiofsd.Sandbox != VirtiofsdSandbox.Namespace)
            words.Add("--inode-file-handles=never");
        // Nothing else changes a snapshot, so that the guest may cache everything.
        if (share.Snapshot is not null)
            words.Add("--cache=always");
        if (share.Ids is { } ids)
        {
            words.Add($"--translate-uid=map:{ids.GuestFirst}:{ids.HostUser}:{ids.Count}");
            words.Add($"--translate-gid=map:{ids.GuestFirst}:{ids.HostGroup}:{ids.Count}");
        }

        return words;
    }

    private static List<string> C(ShareSpec share, Virtiofsd virtiofsd, int listener) =>
    [
        $"--fd={listener}", "-f", "-o", $"source={Escape(share.Shown)}", "-o", $"sandbox={Word(virtiofsd.Sandbox)},xattr,log_level=err",
    ];

    /// <summary>Escapes a value for libfuse's option lists (fuse_opt.c).</summary>
    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);

    private static string Word(VirtiofsdSandbox sandbox) => sandbox switch
    {
        VirtiofsdSandbox.Namespace => "namespace",
        VirtiofsdSandbox.Chroot => "chroot",
        _ => "none",
    };
}
