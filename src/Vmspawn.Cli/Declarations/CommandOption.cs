using System.CommandLine;

namespace Vmspawn.Cli.Declarations;

/// <summary>An option of any subcommand: its names, help and completion.</summary>
internal abstract class CommandOption : Option<string[]>
{
    /// <summary>Declares an option.</summary>
    /// <param name="name">The long name with its dashes.</param>
    /// <param name="takes">The name of its value, or null for a flag.</param>
    /// <param name="letter">The short name, or null.</param>
    protected CommandOption(string name, string? takes, char? letter)
        : base(name, letter is null ? [] : [$"-{letter}"])
    {
        Letter = letter;
        HelpName = takes;
        Arity = takes is null ? ArgumentArity.Zero : ArgumentArity.ExactlyOne;
    }

    /// <summary>The short name without its dash.</summary>
    public char? Letter { get; }

    /// <summary>Whether it requires a value.</summary>
    public bool TakesValue => HelpName is not null;

    /// <summary>The value without <c>=VALUE</c>, for an option with an optional value; null for other options.</summary>
    public string? Bare { get; init; }

    /// <summary>The option with its value in help.</summary>
    public string Usage => HelpName is null ? Name : Bare is null ? $"{Name}={HelpName}" : $"{Name}[={HelpName}]";

    /// <summary>The default in help, or null when it is obvious.</summary>
    public string? Default { get; init; }

    /// <summary>The possible values, for completion; empty for a free value.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>A name of older versions: accepted, but not shown; null for none.</summary>
    public string? OldName { get; protected set; }
}
