using System.Text.Json;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>Parses <c>qmp NAME COMMAND [JSON]</c>.</summary>
internal static class QmpArguments
{
    public static ControlReader Read(TimeSpan time) => (options, given, problems) =>
    {
        JsonElement? arguments = null;
        if (given.Count > 2 && !TryParse(given[2], problems, out arguments))
            return null;
        return new QmpCommand(options.Scope, given[0], given[1], arguments, options.Timeout ?? time, options.Json);
    };

    private static bool TryParse(string text, ICollection<Problem> problems, out JsonElement? arguments)
    {
        arguments = null;
        string why;
        try
        {
            var parsed = JsonElement.Parse(text);
            arguments = parsed;
            if (parsed.ValueKind == JsonValueKind.Object)
                return true;
            why = "the arguments of a command are an object";
        }
        catch (JsonException e)
        {
            why = $"this is no JSON, at byte {e.BytePositionInLine}";
        }

        problems.Add(new Problem("qmp-arguments", text, why, """write them like '{"device": "disk"}'""", ProblemKind.Usage));
        return false;
    }
}
