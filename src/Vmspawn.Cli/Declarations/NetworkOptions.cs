using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for the guest's network cards; each occurrence adds one.</summary>
internal static class NetworkOptions
{
    public static VmOption[] All() =>
    [
        Declare.Flag(
            Topic.Network,
            "--network-user-mode",
            null,
            "A card on a user-mode network; no privileges needed",
            options => options with { Networks = [.. options.Networks, NetworkMode.User] }),
        Declare.Value(
            Topic.Network,
            "--publish",
            null,
            "[ADDR:]PORT:GUESTPORT[/udp]",
            "Forward the host's PORT; 0 takes a free one",
            PublishText.Parse,
            (options, port) => options with { PublishedPorts = [.. options.PublishedPorts, port] }),
        Declare.Flag(
            Topic.Network,
            "--network-tap",
            'n',
            "A card on the TAP device vt-MACHINE",
            options => options with { Networks = [.. options.Networks, NetworkMode.Tap] }),
        Declare.Value(
            Topic.Network,
            "--network-bridge",
            null,
            "BRIDGE",
            "Join the TAP to a bridge; implies -n",
            InterfaceNameText.Parse,
            (options, bridge) => options with { NetworkBridges = [.. options.NetworkBridges, bridge] }),
        Declare.Value(
            Topic.Network,
            "--network",
            null,
            "NAME",
            "A card in a network between machines, see \"vmspawn network\"",
            MachineNameText.Parse,
            (options, network) => options with { SwitchNetworks = [.. options.SwitchNetworks, network] }),
    ];
}
