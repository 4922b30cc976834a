using System.Text;

namespace Vmspawn.Pcie.Drawing;

/// <summary>Columns as wide as their widest cell.</summary>
internal static class TextTable
{
    public static void Write(StringBuilder text, List<string[]> rows, int gap)
    {
        var widths = new List<int>();
        foreach (var row in rows)
        {
            // The last cell of a row does not affect the column width.
            for (var i = 0; i + 1 < row.Length; i++)
            {
                if (i == widths.Count)
                    widths.Add(0);
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        foreach (var row in rows)
        {
            var start = text.Length;
            for (var i = 0; i < row.Length; i++)
                text.Append(i + 1 < row.Length ? row[i].PadRight(widths[i] + gap) : row[i]);
            while (text.Length > start && text[^1] == ' ')
                text.Length--;
            text.Append('\n');
        }
    }
}
