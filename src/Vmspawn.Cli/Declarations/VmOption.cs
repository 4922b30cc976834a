using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Applies one occurrence of an option.</summary>
/// <param name="options">The options so far.</param>
/// <param name="value">The value given, empty for a flag.</param>
/// <param name="problems">Receives mistakes in the value.</param>
/// <returns>The options with this occurrence applied.</returns>
internal delegate VmOptions OptionSetter(VmOptions options, string value, ICollection<Problem> problems);

/// <summary>An option for starting a VM: its names, its help, and the effect of an occurrence.</summary>
internal sealed class VmOption : CommandOption
{
    /// <inheritdoc cref="CommandOption(string, string?, char?)"/>
    public VmOption(string name, string? takes = null, char? letter = null)
        : base(name, takes, letter)
    {
    }

    /// <summary>Its group in help.</summary>
    public required Topic Topic { get; init; }

    /// <summary>Accepted without effect, because it requests the existing behaviour.</summary>
    public bool HasNoEffect { get; init; }

    /// <summary>Applies an occurrence.</summary>
    public required OptionSetter Set { get; init; }

    /// <summary>Adds an old name.</summary>
    public VmOption OnceCalled(string oldName)
    {
        OldName = oldName;
        return this;
    }
}
