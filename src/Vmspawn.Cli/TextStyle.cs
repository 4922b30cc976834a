using Vmspawn.Cli.Running;
using Vmspawn.Linux;

namespace Vmspawn.Cli;

/// <summary>The style of output for users.</summary>
/// <param name="Columns">Its width in characters.</param>
/// <param name="Colours">Whether SGR sequences may be used.</param>
internal readonly record struct TextStyle(int Columns, bool Colours)
{
    /// <summary>The style for files and pipes.</summary>
    public static TextStyle Plain { get; } = new(80, false);

    private const int Narrowest = 50;
    private const int Widest = 110;

    /// <summary>The style for standard output.</summary>
    /// <param name="columns">Width of its terminal, or null when unknown.</param>
    public static TextStyle OfOutput(int? columns)
    {
        var isTerminal = TerminalMode.IsTerminal(StandardStream.Output);
        return new(isTerminal ? Math.Clamp(columns ?? Plain.Columns, Narrowest, Widest) : Plain.Columns, Requested() ?? isTerminal);
    }

    /// <summary>The style for standard error.</summary>
    public static TextStyle OfError() =>
        new(Plain.Columns, LogLine.Colours ?? Requested() ?? TerminalMode.IsTerminal(StandardStream.Error));

    /// <summary>The text in bold.</summary>
    public string Bold(string text) => Colours ? $"\e[1m{text}\e[0m" : text;

    /// <summary>The text in red, for errors.</summary>
    public string Red(string text) => Colours ? $"\e[1;31m{text}\e[0m" : text;

    private static bool? Requested() => ColorRequest.Of(Environment.GetEnvironmentVariable);
}
