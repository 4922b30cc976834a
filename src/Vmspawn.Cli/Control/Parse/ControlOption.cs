using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>Applies one occurrence of an option.</summary>
/// <param name="options">The options so far.</param>
/// <param name="value">The value given, empty for a flag.</param>
/// <param name="problems">Receives mistakes in the value.</param>
internal delegate ControlOptions ControlSetter(ControlOptions options, string value, ICollection<Problem> problems);

/// <summary>An option of a subcommand for running machines.</summary>
internal sealed class ControlOption : CommandOption
{
    /// <inheritdoc cref="CommandOption(string, string?, char?)"/>
    public ControlOption(string name, string? takes = null, char? letter = null)
        : base(name, takes, letter)
    {
    }

    /// <summary>Applies an occurrence.</summary>
    public required ControlSetter Set { get; init; }
}
