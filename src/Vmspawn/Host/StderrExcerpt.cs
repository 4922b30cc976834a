using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>What a child that failed wrote to standard error, as the end of our sentence about it.</summary>
internal static class StderrExcerpt
{
    private const int MostLines = 6;

    /// <summary>How long to wait for the last lines: another process may hold the pipe open.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary><c>: line; line</c> once the child has written its last, or nothing when it wrote nothing.</summary>
    public static string After(StderrTail stderr)
    {
        stderr.Ended.Wait(Bound);
        return Of(stderr);
    }

    /// <inheritdoc cref="After"/>
    public static async Task<string> AfterAsync(StderrTail stderr)
    {
        await stderr.Ended.WaitAsync(Bound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Of(stderr);
    }

    /// <summary>The same of what it has written so far.</summary>
    public static string Of(StderrTail stderr)
    {
        var lines = stderr.Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : $": {string.Join("; ", lines.TakeLast(MostLines))}";
    }
}
