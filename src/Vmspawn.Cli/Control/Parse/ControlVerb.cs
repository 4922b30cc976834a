namespace Vmspawn.Cli.Control.Parse;

/// <summary>Creates a command from the parsed arguments, or adds problems.</summary>
/// <param name="options">The options.</param>
/// <param name="operands">The operands, in the number that the subcommand takes.</param>
/// <param name="problems">Receives mistakes in them.</param>
internal delegate ControlCommand? ControlReader(ControlOptions options, IReadOnlyList<string> operands, ICollection<Problem> problems);

/// <summary>A subcommand that starts no machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">One line for the help.</param>
/// <param name="Operands">Its operands, in order.</param>
/// <param name="Options">The options in addition to the common ones.</param>
/// <param name="Read">Creates the command.</param>
internal sealed record ControlVerb(string Name, string Summary, Operand[] Operands, Func<ControlOption[]> Options, ControlReader Read)
{
    /// <summary>Whether it is for running machines, and so takes a scope.</summary>
    public bool IsForMachines { get; init; } = true;

    /// <summary>Whether options end at the first operand, because the rest is the command line of another program.</summary>
    public bool OptionsFirst { get; init; }

    /// <summary>Whether options may also follow the first operand, and end at the second one or at <c>--</c>.</summary>
    public bool OptionsAfterName { get; init; }

    /// <summary>The usage line.</summary>
    public string Usage => OptionsAfterName
        ? string.Join(' ', ["vmspawn", Name, Operands[0].ToString(), "[OPTION…]", "[--]", .. Operands.Skip(1).Select(operand => operand.ToString())])
        : OptionsFirst
        ? string.Join(' ', ["vmspawn", Name, "[OPTION…]", .. Operands.Select(operand => operand.ToString())])
        : string.Join(' ', ["vmspawn", Name, .. Operands.Select(operand => operand.ToString()), "[OPTION…]"]);

    /// <summary>The operand at a position, or null when there is none.</summary>
    /// <param name="index">The number of operands before it.</param>
    public Operand? OperandAt(int index)
    {
        if (index < Operands.Length)
            return Operands[index];
        return Operands is [.., { Repeats: true } last] ? last : null;
    }
}
