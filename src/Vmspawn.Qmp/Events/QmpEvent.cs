using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>An event of QEMU.</summary>
/// <param name="Name">QEMU's name, such as <c>DEVICE_DELETED</c>.</param>
/// <param name="Data">Its data; of kind <see cref="JsonValueKind.Undefined"/> when it has none.</param>
/// <param name="Timestamp">The host's time, in microseconds; null when QEMU could not read it.</param>
public sealed record QmpEvent(string Name, JsonElement Data, DateTimeOffset? Timestamp);
