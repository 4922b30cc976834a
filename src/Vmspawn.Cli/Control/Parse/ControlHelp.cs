using System.Text;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>The <c>--help</c> text of a subcommand for running machines.</summary>
internal static class ControlHelp
{
    private const int DescriptionColumn = 28;

    public static string Write(ControlVerb verb, TextStyle style)
    {
        var help = new StringBuilder(verb.Usage).Append("\n\n");
        WrappedText.Append(help, verb.Summary, 0, style.Columns);
        help.Append('\n').Append(style.Bold("Options:")).Append('\n');
        foreach (var option in ControlLine.Table(verb).All)
        {
            var names = $"  {(option.Letter is { } letter ? $"-{letter}" : "  ")} {option.Name}{(option.TakesValue ? $"={option.HelpName}" : "")} ";
            help.Append(names.PadRight(DescriptionColumn));
            var description = option.Default is { } value ? $"{option.Description} [{value}]" : option.Description!;
            WrappedText.Append(help, description, Math.Max(DescriptionColumn, names.Length), style.Columns);
        }

        return help.ToString();
    }
}
