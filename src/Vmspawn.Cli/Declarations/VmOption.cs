using System.CommandLine;
using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Takes one occurrence of an option into account.</summary>
/// <param name="options">What is known so far.</param>
/// <param name="value">The value given, empty for a flag.</param>
/// <param name="problems">Takes what is wrong with the value.</param>
/// <returns>The options with this occurrence in them.</returns>
internal delegate VmOptions OptionSetter(VmOptions options, string value, ICollection<Problem> problems);

/// <summary>One option of the command line: its names, what its help says, and what an occurrence does.</summary>
internal sealed class VmOption : Option<string[]>
{
    /// <summary>Declares an option.</summary>
    /// <param name="name">The long name with its dashes.</param>
    /// <param name="takes">What its value is called, or null for a flag.</param>
    /// <param name="letter">The short name, or null.</param>
    public VmOption(string name, string? takes = null, char? letter = null)
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

    /// <summary>Where help shows it.</summary>
    public required Topic Topic { get; init; }

    /// <summary>How much of it is there.</summary>
    public Availability Availability { get; init; }

    /// <summary>What help says it is without the option, or null where that goes without saying.</summary>
    public string? Default { get; init; }

    /// <summary>The words that its value is one of, for completion; empty for a free value.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>A name that older versions had: understood in full, shown nowhere; null for most.</summary>
    public string? OldName { get; private set; }

    /// <summary>What an occurrence does.</summary>
    public required OptionSetter Set { get; init; }

    /// <summary>Makes an old name known.</summary>
    public VmOption OnceCalled(string oldName)
    {
        OldName = oldName;
        return this;
    }
}
