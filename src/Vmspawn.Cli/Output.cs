using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Cli;

/// <summary>Writes text to our own output and error.</summary>
/// <remarks>Not through System.Console, whose streams set a terminal up for reading keys before their first byte (escape sequences,
/// settings and signal handlers of their own): the terminal is the guest's.</remarks>
internal static class Output
{
    /// <summary>How long a terminal that was stopped (Ctrl-S), or a pipe that nobody reads, may hold a message up; then it is dropped.</summary>
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(2);

    private static volatile bool s_stalled;

    /// <summary>Writes to standard output.</summary>
    /// <returns>The exit status: 1 when it could not be written, which is then said on standard error; a reader that has gone away
    /// is no failure.</returns>
    public static int Write(string text)
    {
        try
        {
            DescriptorIo.WriteAll(StandardStream.Output, Encoding.UTF8.GetBytes(text), Timeout.InfiniteTimeSpan);
            return 0;
        }
        catch (LinuxException gone) when (gone.Errno == Errno.EPIPE)
        {
            return 0;
        }
        catch (LinuxException failed)
        {
            WriteError(Messages.Of([new Problem("output", "standard output", $"it cannot be written: {FailureReason.Of(failed.Errno)}")], TextStyle.OfError()));
            return 1;
        }
    }

    /// <summary>Writes to standard error; where that fails there is nobody left to tell.</summary>
    public static void WriteError(string text)
    {
        try
        {
            DescriptorIo.WriteAll(StandardStream.Error, Encoding.UTF8.GetBytes(text), s_stalled ? TimeSpan.Zero : StallTimeout);
            s_stalled = false;
        }
        catch (LinuxException failed)
        {
            // Once it has stalled, further messages are not waited for.
            s_stalled = failed.Errno == Errno.ETIMEDOUT;
        }
    }
}
