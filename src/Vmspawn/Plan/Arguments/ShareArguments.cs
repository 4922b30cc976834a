using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>Each share: what serves it, and the device by which the guest reaches that.</summary>
internal static class ShareArguments
{
    /// <summary>Requests that may be under way in a queue; QEMU's 128 hold up a guest that writes much.</summary>
    private const int QueueSize = 1024;

    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        foreach (var share in spec.Shares)
        {
            if (share.Server is Virtiofsd virtiofsd)
                AddVirtiofs(draft, share, virtiofsd);
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
}
