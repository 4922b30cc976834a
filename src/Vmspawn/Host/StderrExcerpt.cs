using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>What a child that failed has said, as the end of our sentence about it.</summary>
internal static class StderrExcerpt
{
    /// <summary>More is noise.</summary>
    private const int MostLines = 6;

    /// <summary>How long to wait for the last words: somebody else may hold the pipe open.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary><c>: line; line</c>, or nothing when it said nothing.</summary>
    public static string After(StderrTail stderr)
    {
        stderr.Ended.Wait(Bound);
        var lines = stderr.Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : $": {string.Join("; ", lines.TakeLast(MostLines))}";
    }
}
