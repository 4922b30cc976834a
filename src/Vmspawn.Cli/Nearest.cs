namespace Vmspawn.Cli;

/// <summary>Suggests a correction for a mistyped word.</summary>
internal static class Nearest
{
    /// <summary><c>did you mean …</c> with the nearest word, or null when none is similar.</summary>
    public static string? Hint(string typed, IEnumerable<string> words) => Find(typed, words) is { } word ? $"did you mean {word}?" : null;

    /// <summary>The first word with the smallest distance, or null when all distances exceed a third of the typed length.</summary>
    public static string? Find(string typed, IEnumerable<string> words)
    {
        string? nearest = null;
        var least = (typed.TrimStart('-').Length / 3) + 1;
        foreach (var word in words)
        {
            var distance = Distance(typed, word);
            if (distance >= least && (distance != least || nearest is not null))
                continue;
            nearest = word;
            least = distance;
        }

        return nearest;
    }

    /// <summary>All words, the nearest first; a word that begins with the typed one is the nearest. Equally near ones keep their order.</summary>
    public static IEnumerable<string> Order(string typed, IEnumerable<string> words) =>
        words.OrderBy(word => word.StartsWith(typed, StringComparison.Ordinal) ? 0 : Distance(typed, word));

    /// <summary>The number of insertions, deletions, replacements and transpositions (optimal string alignment).</summary>
    public static int Distance(string a, string b)
    {
        var beforeLast = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(last[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[b.Length];
    }
}
