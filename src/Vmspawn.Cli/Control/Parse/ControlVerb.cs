namespace Vmspawn.Cli.Control.Parse;

/// <summary>Makes a command of what was read, or adds to the problems.</summary>
/// <param name="options">What the options say.</param>
/// <param name="operands">As many as the subcommand takes.</param>
/// <param name="problems">Takes what is wrong with them.</param>
internal delegate ControlCommand? ControlReader(ControlOptions options, IReadOnlyList<string> operands, ICollection<Problem> problems);

/// <summary>A subcommand that starts no machine.</summary>
/// <param name="Name">Its word.</param>
/// <param name="Summary">One line for the help.</param>
/// <param name="Operands">What it takes besides options, in order.</param>
/// <param name="Options">The options beyond those that all have.</param>
/// <param name="Read">Makes the command.</param>
internal sealed record ControlVerb(string Name, string Summary, Operand[] Operands, Func<ControlOption[]> Options, ControlReader Read)
{
    /// <summary>Whether it is about machines that run, those of somebody's runtime directory.</summary>
    public bool IsForMachines { get; init; } = true;

    /// <summary>Whether options end at the first operand: what follows is another program's.</summary>
    public bool OptionsFirst { get; init; }

    /// <summary>How it is called, for people.</summary>
    public string Usage => OptionsFirst
        ? string.Join(' ', ["vmspawn", Name, "[OPTION…]", .. Operands.Select(operand => operand.ToString())])
        : string.Join(' ', ["vmspawn", Name, .. Operands.Select(operand => operand.ToString()), "[OPTION…]"]);

    /// <summary>The operand that a word stands for, or null when there is none.</summary>
    /// <param name="index">How many words stand before it.</param>
    public Operand? OperandAt(int index)
    {
        if (index < Operands.Length)
            return Operands[index];
        return Operands is [.., { Repeats: true } last] ? last : null;
    }
}
