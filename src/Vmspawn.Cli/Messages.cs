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
        foreach (var problem in problems)
            text.Append(name).Append(' ').Append(OneLine(problem.ToString())).Append('\n');
        if (problems.Any(problem => problem.Kind == ProblemKind.Usage))
            text.Append("Try 'vmspawn --help'.\n");
        return text.ToString();
    }

    /// <summary>The exit status for these problems: 2 when any is a usage mistake, else 1.</summary>
    public static int ExitStatus(IReadOnlyList<Problem> problems) => problems.Any(problem => problem.Kind == ProblemKind.Usage) ? 2 : 1;

    /// <summary>The text with control and format characters escaped, because a terminal would interpret them.</summary>
    public static string OneLine(string text) => PlainText.Escape(text);
}
