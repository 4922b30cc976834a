using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>The time of an event: seconds and microseconds of the host's clock, -1 when QEMU could not read it.</summary>
internal static class QmpTimestamp
{
    // DateTimeOffset ends with the year 9999.
    private const long LastSecond = 253_402_300_799;

    /// <summary>The time, or null when it is missing, unknown or out of range: the event is kept anyway.</summary>
    public static DateTimeOffset? Read(ReadOnlySpan<byte> value)
    {
        var reader = QmpMessage.ReaderOf(value);
        var time = JsonElement.ParseValue(ref reader);
        return Member(time, "seconds") is >= 0 and <= LastSecond and long seconds
            && Member(time, "microseconds") is >= 0 and < 1_000_000 and long microseconds
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(microseconds)
            : null;
    }

    private static long? Member(JsonElement time, string name) =>
        time.ValueKind == JsonValueKind.Object
        && time.TryGetProperty(name, out var member)
        && member.ValueKind == JsonValueKind.Number
        && member.TryGetInt64(out var number)
            ? number
            : null;
}
