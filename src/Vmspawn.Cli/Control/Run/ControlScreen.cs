using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Where answers go.</summary>
/// <param name="Write">Prints a text at once; throws <see cref="OutputException"/>.</param>
/// <param name="Fail">Says what went wrong, one line each.</param>
/// <param name="Style">What the text may look like.</param>
/// <param name="Width">Characters a line of the terminal has, or null when it is none.</param>
/// <param name="Now">The time, with the zone that events are shown in.</param>
internal sealed record ControlScreen(
    Action<string> Write, Action<IReadOnlyList<Problem>> Fail, TextStyle Style, int? Width, Func<DateTimeOffset> Now)
{
    /// <summary>That of our standard output.</summary>
    public static ControlScreen OfOutput()
    {
        var size = WindowSize.Of(StandardStream.Output);
        int? width = size is { Columns: > 0 } terminal ? terminal.Columns : null;
        return new ControlScreen(Print, Complain, TextStyle.OfOutput(width), width, () => DateTimeOffset.Now);
    }

    private static void Complain(IReadOnlyList<Problem> problems) => Output.WriteError(Messages.Of(problems, TextStyle.OfError()));

    // By the descriptor itself: .NET's console stream hides that a reader has gone, and events may come for days.
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
