namespace Vmspawn;

/// <summary>Words as a POSIX shell reads them.</summary>
internal static class ShellText
{
    private const string Plain = "_-./=:,@%+";

    /// <summary>A word that the shell takes as it is.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>The words of a command in one line.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
