using System.Text.Json;
using Vmspawn.Host;

namespace Vmspawn.Cli.Control.Client;

/// <summary>A root port of a machine, as its server reports (<c>org.vmspawn.Machine</c>, type Port).</summary>
/// <param name="Id">Its QEMU id.</param>
/// <param name="Spare">Whether it is a hotplug port.</param>
/// <param name="Guest">Its address in the guest.</param>
/// <param name="Slot">Its physical slot number.</param>
/// <param name="Owner">The use of the device in it, or null.</param>
/// <param name="State">free, taken, reserved or detaching.</param>
internal sealed record PortFacts(string Id, bool Spare, string Guest, long Slot, string? Owner, string State)
{
    public static PortFacts Of(JsonElement from) => new(
        from.Text("id") ?? "",
        from.Flag("spare") ?? false,
        from.Text("guest") ?? "",
        from.Number("slot") ?? 0,
        from.Text("owner"),
        from.Text("state") ?? "");
}
