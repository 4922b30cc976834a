namespace Vmspawn.Varlink;

/// <summary>The text of an interface breaks the grammar.</summary>
public sealed class VarlinkSyntaxException : FormatException
{
    internal VarlinkSyntaxException(int line, int column, string problem)
        : base($"{line}:{column}: {problem}")
    {
        Line = line;
        Column = column;
    }

    /// <summary>The line, from 1.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 code units, from 1.</summary>
    public int Column { get; }
}
