using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>Something that happened in QEMU.</summary>
/// <param name="Name">QEMU's name, such as <c>DEVICE_DELETED</c>.</param>
/// <param name="Data">Its data; of kind <see cref="JsonValueKind.Undefined"/> when it has none.</param>
/// <param name="Timestamp">When, by the host's clock, to the microsecond; null when QEMU could not tell.</param>
public sealed record QmpEvent(string Name, JsonElement Data, DateTimeOffset? Timestamp);
