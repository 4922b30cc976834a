using System.Text;

namespace Vmspawn.Cli;

/// <summary>Writes text to our own output and error.</summary>
/// <remarks>Not by Console.Out and Console.Error: on a terminal they set it up for reading keys (escape sequences, settings and
/// signal handlers of their own), and the terminal is the guest's.</remarks>
internal static class Output
{
    /// <summary>Writes to standard output.</summary>
    /// <returns>The exit status: 1 when it could not be written, which is then said on standard error; a reader that has gone away
    /// is no failure.</returns>
    public static int Write(string text)
    {
        if (TryWrite(Console.OpenStandardOutput(), text) is not { } reason)
            return 0;
        WriteError(Messages.Of([new Problem("output", "standard output", $"it cannot be written: {reason}")], TextStyle.OfError()));
        return 1;
    }

    /// <summary>Writes to standard error; where that fails there is nobody left to tell.</summary>
    public static void WriteError(string text) => TryWrite(Console.OpenStandardError(), text);

    // In one piece, so that lines of several processes on one terminal do not mix.
    private static string? TryWrite(Stream stream, string text)
    {
        try
        {
            using (stream)
                stream.Write(Encoding.UTF8.GetBytes(text));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
