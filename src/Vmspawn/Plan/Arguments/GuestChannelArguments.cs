using Vmspawn.Guests.Shell;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The virtio ports for commands in the guest: of our shell, and of qemu-guest-agent.</summary>
internal static class GuestChannelArguments
{
    public static void Add(PlanDraft draft, GuestChannelSpec channels)
    {
        if (channels.HasShell)
            AddPort(draft, DeviceIds.Shell, ShellServer.PortName, "shell", new GuestPort(GuestPortKind.Shell));
        if (channels.HasAgent)
            AddPort(draft, DeviceIds.Agent, GuestChannelSpec.AgentPort, "agent", new GuestPort(GuestPortKind.Agent));
    }

    private static void AddPort(PlanDraft draft, string id, string name, string slot, GuestPort source)
    {
        draft.Add("-chardev", new OptionText("socket").With("id", id).With("fd", draft.Inherit(slot, source)));
        // QEMU's events about a port have its id.
        draft.Add("-device", new OptionText("virtserialport")
            .With("bus", $"{DeviceIds.Serial}.0").With("chardev", id).With("name", name).With("id", id));
    }
}
