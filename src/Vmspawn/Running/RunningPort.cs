using System.Text.Json;
using Vmspawn.Host;

namespace Vmspawn;

/// <summary>A root port of a machine of another process, as its server reports it.</summary>
/// <param name="Id">Its QEMU id.</param>
/// <param name="IsSpare">Whether it is a hotplug port.</param>
/// <param name="Guest">Its address in the guest.</param>
/// <param name="Slot">Its physical slot number.</param>
/// <param name="Owner">The use of the device in it, or null.</param>
/// <param name="State">free, taken, reserved or detaching.</param>
public sealed record RunningPort(string Id, bool IsSpare, string Guest, long Slot, string? Owner, string State)
{
    /// <summary>The whole object as the server sent it.</summary>
    public JsonElement Json { get; private init; }

    internal static RunningPort Of(JsonElement from) => new(
        from.Text("id") ?? "",
        from.Flag("spare") ?? false,
        from.Text("guest") ?? "",
        from.Number("slot") ?? 0,
        from.Text("owner"),
        from.Text("state") ?? "")
    {
        Json = from.Clone(),
    };
}
