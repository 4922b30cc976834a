using Vmspawn.Guests.Shell;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The virtio port for commands in the guest.</summary>
internal static class GuestChannelArguments
{
    public static void Add(PlanDraft draft, GuestChannelSpec channels)
    {
        if (!channels.HasShell)
            return;
        draft.Add("-chardev", new OptionText("socket").With("id", DeviceIds.Shell).With("fd", draft.Inherit("shell", new ShellSocket())));
        // QEMU's events about a port have its id.
        draft.Add("-device", new OptionText("virtserialport")
            .With("bus", $"{DeviceIds.Serial}.0").With("chardev", DeviceIds.Shell).With("name", ShellServer.PortName).With("id", DeviceIds.Shell));
    }
}
