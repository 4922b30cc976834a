using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The virtio port that a guest without systemd, or without vsock, reports by: <c>/dev/virtio-ports/org.vmspawn.notify</c>.</summary>
internal static class NotifyArguments
{
    /// <summary>Its name in the guest.</summary>
    public const string PortName = "org.vmspawn.notify";

    public static void Add(PlanDraft draft)
    {
        draft.Add("-chardev", new OptionText("socket").With("id", DeviceIds.Notify).With("fd", draft.Inherit("notify", new NotifyPort())));
        draft.Add("-device", new OptionText("virtserialport")
            .With("bus", $"{DeviceIds.Serial}.0").With("chardev", DeviceIds.Notify).With("name", PortName));
    }
}
