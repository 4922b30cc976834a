using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>Each NIC and its backend.</summary>
internal static class NetworkArguments
{
    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        foreach (var nic in spec.Nics)
        {
            var netdev = DeviceIds.Netdev(nic.Index);
            draft.Add("-netdev", nic.Link switch
            {
                TapLink tap => Tap(draft, tap, netdev),
                UserLink { Passt: { } passt } user => PasstArguments.Add(draft, passt, user.Published, netdev),
                UserLink user => User(user, netdev),
                SwitchLink link => Switch(draft, link, spec.Name, nic, netdev),
                _ => throw new InvalidOperationException($"Unknown link: {nic.Link}"),
            });
            // An empty romfile: the guest does not boot from this network, and the ROM's package may not be installed.
            draft.AddPciDevice("virtio-net-pci", DeviceIds.Nic(nic.Index), text => text
                .With("netdev", netdev)
                .WithIf(nic.Mac is not null, "mac", nic.Mac ?? "")
                .With("romfile", ""));
        }
    }

    private static OptionText User(UserLink user, string netdev)
    {
        var text = new OptionText("user").With("id", netdev);
        foreach (var port in user.Published)
            text.With("hostfwd", $"{port.Protocol}:{port.Address}:{port.HostPort}-:{port.GuestPort}");
        return text;
    }

    private static OptionText Switch(PlanDraft draft, SwitchLink link, string machine, NicSpec nic, string netdev) =>
        // local.str is the descriptor's number (QAPI, FdSocketAddress); the socket is connected, so there is no remote address.
        new OptionText("dgram").With("id", netdev).With("local.type", "fd")
            .With("local.str", draft.Inherit(netdev, new NetworkPort(link.Network, link.Socket, machine, nic.Mac!)));

    private static OptionText Tap(PlanDraft draft, TapLink tap, string netdev)
    {
        var text = new OptionText("tap").With("id", netdev)
            .With("fd", draft.Inherit(netdev, new TapDevice(tap.Interface, tap.Bridge)));
        return tap.HasVhost
            ? text.With("vhost", true).With("vhostfd", draft.Inherit($"{netdev}-vhost", new OpenedFile("/dev/vhost-net", ReadOnly: false)))
            : text;
    }
}
