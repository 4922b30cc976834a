using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Cli;

/// <summary>Writes text to our own output and error.</summary>
/// <remarks>Not through System.Console, whose streams set a terminal up for reading keys before their first byte (escape sequences,
/// settings and signal handlers of their own): the terminal is the guest's.</remarks>
internal static class Output
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    // errno(3); a failed write(2) has it as its HResult.
    private const int BrokenPipe = 32;

    /// <summary>Writes to standard output.</summary>
    /// <returns>The exit status: 1 when it could not be written, which is then said on standard error; a reader that has gone away
    /// is no failure.</returns>
    public static int Write(string text)
    {
        if (TryWrite(StandardOutput, text) is not { } reason)
            return 0;
        WriteError(Messages.Of([new Problem("output", "standard output", $"it cannot be written: {reason}")], TextStyle.OfError()));
        return 1;
    }

    /// <summary>Writes to standard error; where that fails there is nobody left to tell.</summary>
    public static void WriteError(string text) => TryWrite(StandardError, text);

    // In one piece, so that lines of several processes on one terminal do not mix.
    private static string? TryWrite(int descriptor, string text)
    {
        try
        {
            using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
            using var stream = new FileStream(handle, FileAccess.Write, bufferSize: 0);
            stream.Write(Encoding.UTF8.GetBytes(text));

            // FileStream writes a file at an offset of its own; asking for the handle moves the one we share with others.
            _ = stream.SafeFileHandle;
            return null;
        }
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
