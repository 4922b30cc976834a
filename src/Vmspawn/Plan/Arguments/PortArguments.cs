using Vmspawn.Qemu.Arguments;

namespace Vmspawn.Plan.Arguments;

/// <summary>The root ports, before the devices behind them.</summary>
internal static class PortArguments
{
    public static void Add(PlanDraft draft)
    {
        foreach (var port in draft.Topology.Ports)
        {
            draft.Add("-device", new OptionText("pcie-root-port")
                .With("id", port.Id)
                .With("bus", "pcie.0")
                .With("addr", $"{port.Address.Device:x}.{port.Address.Function}")
                .WithIf(port.Multifunction, "multifunction", "on")
                .With("chassis", port.Chassis)
                .With("slot", port.Slot)
                .With("port", port.Port));
        }
    }
}
