using Vmspawn.Guests.Agent;
using Vmspawn.Guests.Shell;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The virtio ports for commands in the guest.</summary>
internal static class GuestChannelArguments
{
    public static void Add(PlanDraft draft, GuestChannelSpec channels)
    {
        if (channels.HasShell)
            AddPort(draft, DeviceIds.Shell, ShellServer.PortName, draft.Inherit("shell", new ShellSocket()));
        if (channels.HasAgent)
            AddPort(draft, DeviceIds.Agent, AgentPort.PortName, draft.Inherit("agent", new AgentSocket()));
    }

    private static void AddPort(PlanDraft draft, string id, string name, int descriptor)
    {
        draft.Add("-chardev", new OptionText("socket").With("id", id).With("fd", descriptor));
        // QEMU's events about a port have its id.
        draft.Add("-device", new OptionText("virtserialport").With("bus", $"{DeviceIds.Serial}.0").With("chardev", id).With("name", name).With("id", id));
    }
}
