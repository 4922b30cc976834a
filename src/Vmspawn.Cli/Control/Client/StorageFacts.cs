using System.Text.Json;
using Vmspawn.Host;

namespace Vmspawn.Cli.Control.Client;

/// <summary>A disk of a machine, as its server reports (<c>org.vmspawn.Machine</c>, type Storage).</summary>
/// <param name="Name">The id to detach it by.</param>
/// <param name="Type">Disk type.</param>
/// <param name="ReadOnly">Whether the guest may only read it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Serial">Its serial number in the guest.</param>
/// <param name="Port">The root port that it is in, or null.</param>
/// <param name="Guest">Its address in the guest, or null.</param>
/// <param name="Path">The file, for messages.</param>
/// <param name="State">attached, attaching or detaching.</param>
internal sealed record StorageFacts(
    string Name, string Type, bool ReadOnly, long Size, string Serial, string? Port, string? Guest, string? Path, string State)
{
    public static StorageFacts Of(JsonElement from) => new(
        from.Text("name") ?? "",
        from.Text("type") ?? "",
        from.Flag("readOnly") ?? false,
        from.Number("size") ?? 0,
        from.Text("serial") ?? "",
        from.Text("port"),
        from.Text("guest"),
        from.Text("path"),
        from.Text("state") ?? "");

    /// <summary>All disks of a machine with vmspawn's server.</summary>
    public static async Task<IReadOnlyList<StorageFacts>> ListAsync(MachineHandle machine)
    {
        using var reply = await machine.CallAsync($"{MachineHandle.Ours}.ListStorage");
        return [.. reply.Parameters.Items("storage").Select(Of)];
    }
}
