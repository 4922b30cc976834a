using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>Each share: its server and its device.</summary>
internal static class ShareArguments
{
    /// <summary>The size of a request queue; QEMU's default of 128 slows down a guest that writes much.</summary>
    private const int QueueSize = 1024;

    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        foreach (var share in spec.Shares)
        {
            if (share.Server is Virtiofsd virtiofsd)
                AddVirtiofs(draft, share, virtiofsd);
            else if (share.Server is NineP nine)
                Add9p(draft, share, nine);
        }
    }

    private static void AddVirtiofs(PlanDraft draft, ShareSpec share, Virtiofsd virtiofsd)
    {
        draft.Helpers.Add(VirtiofsdArguments.For(share, virtiofsd));
        draft.Add("-chardev", new OptionText("socket").With("id", share.Id).With("fd", draft.Inherit(share.Id, new SocketEnd(share.Id))));
        draft.AddPciDevice(virtiofsd.Driver, share.Id, text => text
            .With("queue-size", QueueSize)
            .With("chardev", share.Id)
            .With("tag", share.Tag));
    }

    private static void Add9p(PlanDraft draft, ShareSpec share, NineP nine)
    {
        // QEMU keeps the descriptors open; the kernel releases their locks when it exits.
        if (share.IsRoot)
            draft.Inherit("tree-lock", new LockedTree(share.Source, IsShared: share.Snapshot is not null));
        if (share.Snapshot is { } snapshot)
            draft.Inherit("throw-away", new ThrowAwayTree(snapshot.Place, share.Source));
        draft.Add("-fsdev", new OptionText("local")
            .With("id", share.Id)
            .With("path", share.Shown)
            // Owners and modes as in the directory; without root privileges a guest's chown succeeds without effect.
            .With("security_model", nine.KeepsOwners ? "passthrough" : "none")
            // Files of different file systems may have the same inode number.
            .With("multidevs", "remap")
            .With("readonly", share.ReadOnly));
        draft.AddPciDevice(nine.Driver, share.Id, text => text.With("fsdev", share.Id).With("mount_tag", share.Tag));
    }}
