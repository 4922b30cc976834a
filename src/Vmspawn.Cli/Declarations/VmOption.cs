using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Takes one occurrence of an option into account.</summary>
/// <param name="options">What is known so far.</param>
/// <param name="value">The value given, empty for a flag.</param>
/// <param name="problems">Takes what is wrong with the value.</param>
/// <returns>The options with this occurrence in them.</returns>
internal delegate VmOptions OptionSetter(VmOptions options, string value, ICollection<Problem> problems);

/// <summary>One option of what a VM is started with: its names, what its help says, and what an occurrence does.</summary>
internal sealed class VmOption : CommandOption
{
    /// <inheritdoc cref="CommandOption(string, string?, char?)"/>
    public VmOption(string name, string? takes = null, char? letter = null)
        : base(name, takes, letter)
    {
    }

    /// <summary>Where help shows it.</summary>
    public required Topic Topic { get; init; }

    /// <summary>How much of it is there.</summary>
    public Availability Availability { get; init; }

    /// <summary>What an occurrence does.</summary>
    public required OptionSetter Set { get; init; }

    /// <summary>Makes an old name known.</summary>
    public VmOption OnceCalled(string oldName)
    {
        OldName = oldName;
        return this;
    }
}
