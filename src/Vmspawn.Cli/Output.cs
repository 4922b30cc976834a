using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Cli;

/// <summary>Writes text to standard output and standard error.</summary>
/// <remarks>Does not use System.Console, whose streams configure the terminal for reading keys before the first byte (escape sequences,
/// modes and signal handlers), while the guest uses the terminal.</remarks>
internal static class Output
{
    /// <summary>Time limit for a message on a stopped terminal (Ctrl-S) or a full pipe; then it is dropped.</summary>
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(2);

    private static volatile bool s_stalled;
    private static volatile bool s_hasLost;

    /// <summary>The status of a program whose output or messages are not where they were sent, such as to a full disk: never 0.</summary>
    public static int Status(int status) => status == 0 && s_hasLost ? 1 : status;

    /// <summary>Notes a failure to write. It is none if nobody is left to read: the pipe or the terminal is closed.</summary>
    /// <returns>Whether something was lost.</returns>
    public static bool Lose(LinuxException failed)
    {
        var isLost = failed.Errno is not (Errno.EPIPE or Errno.EIO or Errno.EBADF or Errno.ETIMEDOUT);
        s_hasLost |= isLost;
        return isLost;
    }

    /// <summary>Writes to standard output.</summary>
    /// <returns>The exit status: 1 when writing failed, which is reported on standard error; a reader that has closed the pipe
    /// is not a failure.</returns>
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

    /// <summary>Writes to standard error. There is no place to report a failure, but the exit status tells it (<see cref="Status"/>).</summary>
    public static void WriteError(string text)
    {
        try
        {
            DescriptorIo.WriteAll(StandardStream.Error, Encoding.UTF8.GetBytes(text), s_stalled ? TimeSpan.Zero : StallTimeout);
            s_stalled = false;
        }
        catch (LinuxException failed)
        {
            // After a stall, further messages are written without waiting.
            s_stalled = failed.Errno == Errno.ETIMEDOUT;
            Lose(failed);
        }
    }
}
