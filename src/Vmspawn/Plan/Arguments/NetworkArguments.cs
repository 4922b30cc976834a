using Vmspawn.Options;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The NIC and what it is plugged into.</summary>
internal static class NetworkArguments
{
    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        if (spec.Network == NetworkMode.None)
            return;
        draft.Add("-netdev", new OptionText("user").With("id", DeviceIds.Network));
        // An empty romfile: nobody boots from this network, and the ROM's package need not be installed.
        draft.AddPciDevice("virtio-net-pci", DeviceIds.Nic,
            text => text
            .With("netdev", DeviceIds.Network)
            .WithIf(spec.NetworkMac is not null, "mac", spec.NetworkMac ?? "")
            .With("romfile", ""));
    }
}
