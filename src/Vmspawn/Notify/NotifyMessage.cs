using System.Globalization;
using System.Text;

namespace Vmspawn.Notify;

/// <summary>The fields of one notification of a guest (sd_notify(3)); unknown fields are ignored.</summary>
/// <param name="Ready">It is ready.</param>
/// <param name="Status">A status line for users, or null.</param>
/// <param name="ExitStatus">The exit status that it requests, 0 to 255, or null.</param>
internal sealed record NotifyMessage(bool Ready, string? Status, int? ExitStatus)
{
    /// <summary>Longer messages are cut (NOTIFY_BUFFER_MAX of systemd).</summary>
    public const int LargestSize = 4096;

    /// <summary>In bytes; the rest of a longer status is dropped.</summary>
    private const int LongestStatus = 256;

    /// <summary>Parses the known fields, one per line; the last one of a name is used.</summary>
    public static NotifyMessage Parse(ReadOnlySpan<byte> message)
    {
        var result = new NotifyMessage(false, null, null);
        foreach (var range in message.Split((byte)'\n'))
        {
            var line = message[range];
            if (line.SequenceEqual("READY=1"u8))
                result = result with { Ready = true };
            else if (line.StartsWith("STATUS="u8))
                result = result with { Status = Line(line["STATUS=".Length..]) };
            else if (line.StartsWith("EXIT_STATUS="u8) && ReadExitStatus(line["EXIT_STATUS=".Length..]) is { } status)
                result = result with { ExitStatus = status };
        }

        return result;
    }

    // A guest may send any bytes; only text is written to terminals and logs.
    private static string Line(ReadOnlySpan<byte> bytes) =>
        PlainText.Of(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, LongestStatus)])).Trim();

    private static int? ReadExitStatus(ReadOnlySpan<byte> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status <= byte.MaxValue ? status : null;
}
