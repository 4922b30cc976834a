using System.Text;

namespace Vmspawn.Cli;

/// <summary>Writes text to our own output and error.</summary>
/// <remarks>Not by Console.Out and Console.Error: on a terminal they set it up for reading keys (escape sequences, settings and
/// signal handlers of their own), and the terminal is the guest's.</remarks>
internal static class Output
{
    /// <summary>Writes to standard output.</summary>
    public static void Write(string text) => Write(Console.OpenStandardOutput(), text);

    /// <summary>Writes to standard error.</summary>
    public static void WriteError(string text) => Write(Console.OpenStandardError(), text);

    // In one piece, so that lines of several processes on one terminal do not mix.
    private static void Write(Stream stream, string text)
    {
        using (stream)
            stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
