using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary>The output of a command.</summary>
/// <param name="Write">Prints a text at once; throws <see cref="OutputException"/>.</param>
/// <param name="Fail">Prints an error, one line each.</param>
/// <param name="Style">The style of the text.</param>
/// <param name="Width">Characters per line of the terminal, or null for other outputs.</param>
/// <param name="Now">The current time, in the time zone for events.</param>
internal sealed record ControlScreen(
    Action<string> Write, Action<IReadOnlyList<Problem>> Fail, TextStyle Style, int? Width, Func<DateTimeOffset> Now)
{
    /// <summary>The output to standard output.</summary>
    public static ControlScreen OfOutput()
    {
        var size = WindowSize.Of(StandardStream.Output);
        int? width = size is { Columns: > 0 } terminal ? terminal.Columns : null;
        return new ControlScreen(Print, Complain, TextStyle.OfOutput(width), width, () => DateTimeOffset.Now);
    }

    private static void Complain(IReadOnlyList<Problem> problems) => Output.WriteError(Messages.Of(problems, TextStyle.OfError()));

    // Written to the descriptor, because .NET's console stream ignores EPIPE, and events may arrive for days.
    private static void Print(string text)
    {
        try
        {
            DescriptorIo.WriteAll(StandardStream.Output, Encoding.UTF8.GetBytes(text), Timeout.InfiniteTimeSpan);
        }
        catch (LinuxException failed)
        {
            throw new OutputException(failed);
        }
    }
}

/// <summary>Writing to standard output failed.</summary>
internal sealed class OutputException(LinuxException cause) : Exception(FailureReason.Of(cause.Errno), cause)
{
    /// <summary>Whether the reader has closed the pipe, as <c>head</c> does, which is not an error.</summary>
    public bool IsReaderGone { get; } = cause.Errno == Errno.EPIPE;
}
