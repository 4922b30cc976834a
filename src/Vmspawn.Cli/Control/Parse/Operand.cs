namespace Vmspawn.Cli.Control.Parse;

/// <summary>What a word stands for, which is what completion offers for it.</summary>
internal enum OperandKind
{
    /// <summary>A running machine's name.</summary>
    Machine,

    /// <summary>The id of a disk that the machine before it has.</summary>
    Storage,

    /// <summary>A file.</summary>
    File,

    /// <summary>Anything else.</summary>
    Word,
}

/// <summary>A word that a subcommand takes besides options.</summary>
/// <param name="Label">What help calls it.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="Optional">Whether it may be left out.</param>
/// <param name="Repeats">Whether any number of them may follow; only the last operand does.</param>
internal sealed record Operand(string Label, OperandKind Kind, bool Optional = false, bool Repeats = false)
{
    public static Operand Name { get; } = new("NAME", OperandKind.Machine);

    public static Operand Names { get; } = new("NAME", OperandKind.Machine, Repeats: true);

    public static Operand StorageId { get; } = new("ID", OperandKind.Storage);

    public static Operand PathOrVolume { get; } = new("PATH|PROVIDER:VOLUME", OperandKind.File);

    public static Operand Path { get; } = new("PATH", OperandKind.File);

    public override string ToString() => (Optional, Repeats) switch
    {
        (true, true) => $"[{Label}…]",
        (true, _) => $"[{Label}]",
        (_, true) => $"{Label}…",
        _ => Label,
    };
}
