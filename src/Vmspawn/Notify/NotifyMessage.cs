using System.Globalization;
using System.Text;

namespace Vmspawn.Notify;

/// <summary>What a guest says of itself in one message (sd_notify(3)); what else it says is passed over.</summary>
/// <param name="Ready">It has come up.</param>
/// <param name="Status">A line for people, or null.</param>
/// <param name="ExitStatus">What we are to end with, 0 to 255, or null.</param>
internal sealed record NotifyMessage(bool Ready, string? Status, int? ExitStatus)
{
    /// <summary>Longer messages are cut (NOTIFY_BUFFER_MAX of systemd).</summary>
    public const int LargestSize = 4096;

    /// <summary>More of a status does not fit a line anyway.</summary>
    private const int LongestStatus = 256;

    /// <summary>Reads the fields we know, one a line; the last of a name counts.</summary>
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

    // A guest may send any bytes; a terminal or a log should see none but text.
    private static string Line(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, LongestStatus)]);
        return string.Create(text.Length, text, static (characters, from) =>
        {
            for (var i = 0; i < characters.Length; i++)
                characters[i] = char.IsControl(from[i]) ? ' ' : from[i];
        }).Trim();
    }

    private static int? ReadExitStatus(ReadOnlySpan<byte> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status <= byte.MaxValue ? status : null;
}
