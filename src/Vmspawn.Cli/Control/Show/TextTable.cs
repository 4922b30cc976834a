using System.Text;

namespace Vmspawn.Cli.Control.Show;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="IsNumber">Whether it is right-aligned.</param>
/// <param name="Shrinks">Whether the start of its cells is cut when the table is wider than the terminal, because file names differ at the end.</param>
internal readonly record struct Column(string Title, bool IsNumber = false, bool Shrinks = false);

/// <summary>Rows under headings, in columns as wide as their widest cell.</summary>
internal sealed class TextTable(params Column[] columns)
{
    private const int Gap = 2;
    private const int Narrowest = 12;
    private const string Nothing = "-";

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; an empty or missing cell is shown as a dash.</summary>
    public void Add(params string?[] cells) =>
        _rows.Add([.. cells.Select(cell => string.IsNullOrEmpty(cell) ? Nothing : Messages.OneLine(cell))]);

    /// <summary>Appends the table.</summary>
    /// <param name="text">Receives the table.</param>
    /// <param name="style">Whether headings are bold.</param>
    /// <param name="width">Characters per line, or null for no limit.</param>
    public void Write(StringBuilder text, TextStyle style, int? width)
    {
        var widths = Widths(width);
        var titles = new StringBuilder();
        WriteRow(titles, [.. columns.Select(column => column.Title)], widths);
        text.Append(style.Bold(titles.ToString().TrimEnd('\n'))).Append('\n');
        foreach (var row in _rows)
            WriteRow(text, row, widths);
    }

    private int[] Widths(int? limit)
    {
        var widths = new int[columns.Length];
        for (var i = 0; i < columns.Length; i++)
            widths[i] = Math.Max(columns[i].Title.Length, _rows.Count == 0 ? 0 : _rows.Max(row => row[i].Length));
        var surplus = widths.Sum() + (Gap * (columns.Length - 1)) - limit ?? 0;
        for (var i = 0; i < columns.Length && surplus > 0; i++)
        {
            if (!columns[i].Shrinks)
                continue;
            var less = Math.Clamp(widths[i] - Narrowest, 0, surplus);
            widths[i] -= less;
            surplus -= less;
        }

        return widths;
    }

    private void WriteRow(StringBuilder text, string[] cells, int[] widths)
    {
        var start = text.Length;
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                text.Append(' ', Gap);
            var cell = cells[i].Length <= widths[i] ? cells[i] : $"…{cells[i][^(widths[i] - 1)..]}";
            text.Append(columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
        }

        while (text.Length > start && text[^1] == ' ')
            text.Length--;
        text.Append('\n');
    }
}
