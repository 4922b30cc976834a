using System.Globalization;
using System.Text;

namespace Vmspawn;

/// <summary>The sequences that a terminal answers (ECMA-48; ctlseqs of xterm; the protocols of kitty and iTerm2).</summary>
internal static class TerminalQuery
{
    /// <summary>Whether a terminal answers it.</summary>
    /// <param name="sequence">All of it; a string with its end or without.</param>
    public static bool Is(ReadOnlySpan<byte> sequence)
    {
        // The other form is a character of UTF-8, U+0080 to U+009F.
        var kind = sequence[0] == 0x1b ? sequence[1] : sequence[1] - 0x40;
        var body = Encoding.Latin1.GetString(sequence[2..]);
        return (char)kind switch
        {
            'Z' => true,
            '[' => IsControlQuery(body),
            ']' => IsCommandQuery(body.TrimEnd('\a', '\e', '\\', '\x9c', '\xc2')),
            'P' => IsDeviceQuery(body) || IsPassedOn(sequence),
            // Commands for kitty's images, which it answers.
            '_' => body.StartsWith('G'),
            _ => false,
        };
    }

    /// <summary>Whether it begins what tmux passes on to the terminal that it runs in.</summary>
    public static bool IsPassedOn(ReadOnlySpan<byte> sequence) => sequence.StartsWith("\ePtmux;"u8);

    /// <summary>CSI: the byte before the parameters, the parameters, the bytes after them.</summary>
    private static bool IsControlQuery(string body)
    {
        var begin = body[0] is >= '<' and <= '?' ? 1 : 0;
        var end = body.AsSpan().LastIndexOfAnyInRange('0', '?') + 1;
        var name = string.Concat(body.AsSpan(0, begin), body.AsSpan(Math.Max(begin, end)));
        return name switch
        {
            // Device attributes and status, the terminal's parameters, its version.
            "c" or ">c" or "=c" or "n" or "?n" or "x" or ">q" => true,
            // Modes, keyboard, tabulators and cursor, character sets.
            "$p" or "?$p" or "?u" or "?m" or "$w" or "$u" or "&u" or "+x" => true,
            // Checksums, the displayed part, the locator, graphics, titles, rendition, colours.
            "*y" or "\"v" or "'|" or "?S" or "#S" or "#|" or "#R" => true,
            // Reports of the window among its commands.
            "t" => int.TryParse(body.AsSpan(0, end).ToString().Split(';', ':')[0], CultureInfo.InvariantCulture, out var what) && what is 11 or (>= 13 and <= 16) or (>= 18 and <= 21),
            _ => false,
        };
    }

    /// <summary>OSC: a number, and texts that are <c>?</c> in questions.</summary>
    private static bool IsCommandQuery(string text)
    {
        var parts = text.Split(';', ':');
        return parts[0] switch
        {
            // Titles, a directory, a link, a notification, marks of the prompt: texts in which a question mark is one.
            "0" or "1" or "2" or "7" or "8" or "9" or "133" or "777" => false,
            "60" or "61" => true,
            "1337" => parts.Length > 1 && (parts[1].StartsWith("Report", StringComparison.Ordinal) || parts[1].StartsWith("Request", StringComparison.Ordinal) || parts[1] == "Capabilities"),
            _ => parts.Any(part => part.StartsWith('?') || part.EndsWith("=?", StringComparison.Ordinal)),
        };
    }

    /// <summary>DCS: settings (DECRQSS), capabilities and resources of xterm.</summary>
    private static bool IsDeviceQuery(string body)
    {
        var name = body.TrimStart([.. "0123456789;:"]);
        return name.StartsWith("$q", StringComparison.Ordinal) || name.StartsWith("+q", StringComparison.Ordinal) || name.StartsWith("+Q", StringComparison.Ordinal);
    }
}
