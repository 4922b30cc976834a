using System.Text;

namespace Vmspawn.Qmp;

/// <summary>The peer violates QMP; caught inside the client and turned into the reason for the connection's end.</summary>
internal sealed class QmpProtocolFault(string text, Exception? cause = null) : Exception(text, cause)
{
    private const int ShownBytes = 60;

    /// <summary>A fault that shows the beginning of what was received: often a human monitor's prompt.</summary>
    public static QmpProtocolFault Showing(string text, ReadOnlySpan<byte> received, Exception? cause = null) =>
        new($"{text}: {Shown(received)}", cause);

    private static string Shown(ReadOnlySpan<byte> received)
    {
        var shown = new StringBuilder("'");
        foreach (var value in received[..Math.Min(received.Length, ShownBytes)])
            shown.Append(value is >= 0x20 and < 0x7f ? (char)value : '.');
        return shown.Append(received.Length > ShownBytes ? "…'" : "'").ToString();
    }
}
