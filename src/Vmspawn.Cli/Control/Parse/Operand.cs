namespace Vmspawn.Cli.Control.Parse;

/// <summary>The kind of an operand, for completion.</summary>
internal enum OperandKind
{
    /// <summary>A running machine's name.</summary>
    Machine,

    /// <summary>The name of a machine that has a log, whether it runs or not.</summary>
    LoggedMachine,

    /// <summary>The id of a disk of the machine in the first operand.</summary>
    Storage,

    /// <summary>A snapshot's name, or a file.</summary>
    Snapshot,

    /// <summary>The name of an image.</summary>
    Image,

    /// <summary>What is done with images.</summary>
    ImageAction,

    /// <summary>A file.</summary>
    File,

    /// <summary>A kind of <c>vmspawn fault</c>.</summary>
    Fault,

    /// <summary>What that kind takes.</summary>
    FaultWord,

    /// <summary>An action of <c>vmspawn network</c>.</summary>
    NetworkAction,

    /// <summary>A network, then what its action takes.</summary>
    Network,

    /// <summary>Anything else.</summary>
    Word,
}

/// <summary>An operand of a subcommand.</summary>
/// <param name="Label">Its name in help.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Optional">Whether it may be omitted.</param>
/// <param name="Repeats">Whether it may be repeated; only the last operand.</param>
internal sealed record Operand(string Label, OperandKind Kind, bool Optional = false, bool Repeats = false)
{
    public static Operand Name { get; } = new("NAME", OperandKind.Machine);

    public static Operand LoggedName { get; } = new("NAME", OperandKind.LoggedMachine);

    public static Operand Names { get; } = new("NAME", OperandKind.Machine, Repeats: true);

    public static Operand StorageId { get; } = new("ID", OperandKind.Storage);

    public static Operand ImageAction { get; } = new(string.Join('|', ImageArguments.Actions), OperandKind.ImageAction);

    public static Operand ImageNames { get; } = new("NAME", OperandKind.Image, Optional: true, Repeats: true);

    public static Operand PathOrVolume { get; } = new("PATH|PROVIDER:VOLUME", OperandKind.File);

    public static Operand Fault { get; } = new("FAULT", OperandKind.Fault);

    public static Operand FaultWords { get; } = new("WORD", OperandKind.FaultWord, Optional: true, Repeats: true);

    public static Operand NetworkAction { get; } = new("ACTION", OperandKind.NetworkAction);

    public static Operand NetworkWords { get; } = new("NAME", OperandKind.Network, Optional: true, Repeats: true);

    public static Operand Path { get; } = new("PATH", OperandKind.File);

    public static Operand Snapshot { get; } = new("SNAPSHOT", OperandKind.Snapshot);

    public override string ToString() => (Optional, Repeats) switch
    {
        (true, true) => $"[{Label}…]",
        (true, _) => $"[{Label}]",
        (_, true) => $"{Label}…",
        _ => Label,
    };
}
