using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>Takes one occurrence of an option into account.</summary>
/// <param name="options">What is known so far.</param>
/// <param name="value">The value given, empty for a flag.</param>
/// <param name="problems">Takes what is wrong with the value.</param>
internal delegate ControlOptions ControlSetter(ControlOptions options, string value, ICollection<Problem> problems);

/// <summary>An option of a subcommand for running machines.</summary>
internal sealed class ControlOption : CommandOption
{
    /// <inheritdoc cref="CommandOption(string, string?, char?)"/>
    public ControlOption(string name, string? takes = null, char? letter = null)
        : base(name, takes, letter)
    {
    }

    /// <summary>What an occurrence does.</summary>
    public required ControlSetter Set { get; init; }
}
