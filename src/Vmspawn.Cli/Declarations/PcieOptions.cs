using Vmspawn.Pcie;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for the PCIe topology; systemd-vmspawn has none of them.</summary>
internal static class PcieOptions
{
    // Far more than a topology can have: the planner reports how many fit.
    private const int MostPorts = 65535;

    private static readonly (string Word, PcieLayout Value)[] Layouts =
        [("auto", PcieLayout.Auto), ("ports", PcieLayout.Ports), ("packed", PcieLayout.Packed)];

    public static VmOption[] All() =>
    [
        Declare.Value(
            Topic.Pcie,
            "--hotplug-ports",
            null,
            "N",
            "Spare root ports for hotplug",
            text => CountText.Parse(text, 0, MostPorts),
            (options, count) => options with { HotplugPorts = count },
            "10"),
        Declare.Choice(
            Topic.Pcie,
            "--pcie-layout",
            "LAYOUT",
            "ports (one a device), packed (8 devices a port), auto (ports while they suffice)",
            "auto",
            Layouts,
            (options, layout) => options with { Layout = layout }),
    ];
}
