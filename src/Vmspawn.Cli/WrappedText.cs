using System.Text;

namespace Vmspawn.Cli;

/// <summary>Wraps text.</summary>
internal static class WrappedText
{
    /// <summary>Appends a text, wrapped so that no line exceeds the width unless a single word does.</summary>
    /// <param name="output">Receives the text; its last line has <paramref name="column"/> characters already.</param>
    /// <param name="words">Words separated by blanks.</param>
    /// <param name="column">The column of the first word, to which further lines are indented.</param>
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
