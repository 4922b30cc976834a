using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The virtio port for notifications from guests without systemd or without vsock: <c>/dev/virtio-ports/org.vmspawn.notify</c>.</summary>
internal static class NotifyArguments
{
    /// <summary>The port's name in the guest.</summary>
    public const string PortName = "org.vmspawn.notify";

    public static void Add(PlanDraft draft)
    {
        draft.Add("-chardev", new OptionText("socket").With("id", DeviceIds.Notify).With("fd", draft.Inherit("notify", new NotifyPort())));
        draft.Add("-device", new OptionText("virtserialport")
            .With("bus", $"{DeviceIds.Serial}.0").With("chardev", DeviceIds.Notify).With("name", PortName));
    }
}
