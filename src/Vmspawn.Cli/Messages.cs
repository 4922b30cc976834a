using System.Text;

namespace Vmspawn.Cli;

/// <summary>Our messages: one line each, whatever is in them.</summary>
internal static class Messages
{
    /// <summary>The problems as lines, and where to read on when they are mistakes in the command line.</summary>
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

    /// <summary>The exit status for these problems: 2 when any is a mistake in the command line, else 1.</summary>
    public static int ExitStatus(IReadOnlyList<Problem> problems) => problems.Any(problem => problem.Kind == ProblemKind.Usage) ? 2 : 1;

    /// <summary>The text with control and format characters made visible: a value may hold any, and a terminal would obey them.</summary>
    public static string OneLine(string text) => PlainText.Escape(text);
}
