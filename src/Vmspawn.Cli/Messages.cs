using System.Text;

namespace Vmspawn.Cli;

/// <summary>Formats messages, one line each.</summary>
internal static class Messages
{
    /// <summary>The problems, one per line, followed by a reference to <c>--help</c> for usage mistakes.</summary>
    public static string Of(IReadOnlyList<Problem> problems, TextStyle style)
    {
        var text = new StringBuilder();
        var name = style.Red("vmspawn:");
        foreach (var line in Lines(problems))
            text.Append(name).Append(' ').Append(OneLine(line)).Append('\n');
        return text.Append(HelpLine(problems)).ToString();
    }

    /// <summary>The problems, each as a line without our name.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<Problem> problems) => problems.Select(problem => problem.ToString());

    /// <summary>Where to read on when a problem is a mistake in the command line, else null.</summary>
    public static string? HelpLine(IReadOnlyList<Problem> problems) =>
        problems.Any(problem => problem.Kind == ProblemKind.Usage) ? "Try 'vmspawn --help'.\n" : null;

    /// <summary>The exit status for these problems, by whether any is a mistake in the command line.</summary>
    /// <param name="problems">At least one.</param>
    /// <param name="invokedAs">The path or name by which we were started.</param>
    public static int ExitStatus(IReadOnlyList<Problem> problems, string invokedAs) =>
        problems.Any(problem => problem.Kind == ProblemKind.Usage) ? Running.ExitStatus.Usage(invokedAs) : Running.ExitStatus.Failed;

    /// <summary>The text with control and format characters escaped, because a terminal would interpret them.</summary>
    public static string OneLine(string text) => PlainText.Escape(text);
}
