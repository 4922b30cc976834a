using System.CommandLine;

namespace Vmspawn.Cli.Declarations;

/// <summary>An option of any subcommand: its names, and what help and completion say of it.</summary>
internal abstract class CommandOption : Option<string[]>
{
    /// <summary>Declares an option.</summary>
    /// <param name="name">The long name with its dashes.</param>
    /// <param name="takes">What its value is called, or null for a flag.</param>
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

    /// <summary>Whether it takes a value: then it must have one.</summary>
    public bool TakesValue => HelpName is not null;

    /// <summary>What it means without <c>=VALUE</c>, for an option whose value may be left out; null where it may not.</summary>
    public string? Bare { get; init; }

    /// <summary>How help shows it with its value.</summary>
    public string Usage => HelpName is null ? Name : Bare is null ? $"{Name}={HelpName}" : $"{Name}[={HelpName}]";

    /// <summary>What help says it is without the option, or null where that goes without saying.</summary>
    public string? Default { get; init; }

    /// <summary>The words that its value is one of, for completion; empty for a free value.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>A name that older versions had: understood in full, shown nowhere; null for most.</summary>
    public string? OldName { get; protected set; }
}
