using System.Text;

namespace Vmspawn.Cli;

/// <summary>Fills lines with words.</summary>
internal static class WrappedText
{
    /// <summary>Appends the words of a text so that no line is wider than wished, unless a single word is.</summary>
    /// <param name="output">Takes the text; its last line has <paramref name="column"/> characters already.</param>
    /// <param name="words">Words with blanks between them.</param>
    /// <param name="column">Where the first line goes on, and the others are indented to.</param>
    /// <param name="columns">Width of a line.</param>
    public static void Append(StringBuilder output, string words, int column, int columns)
    {
        var at = column;
        foreach (var word in words.Split(' '))
        {
            if (at > column && at + 1 + word.Length > columns)
            {
                output.Append('\n').Append(' ', column);
                at = column;
            }
            else if (at > column)
            {
                output.Append(' ');
                at++;
            }

            output.Append(word);
            at += word.Length;
        }

        output.Append('\n');
    }
}
