using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>The end of a failed child's standard error, as the end of a sentence about the failure.</summary>
internal static class StderrExcerpt
{
    private const int MostLines = 6;

    /// <summary>Time limit for the end of the output after the child's exit: another process may hold the pipe open.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary><c>: line; line</c> of a child that has exited, or an empty text when it wrote nothing.</summary>
    public static async Task<string> AfterAsync(StderrTail stderr, CancellationToken cancel = default)
    {
        await EndOfAsync(stderr.Ended, TimeProvider.System, cancel).ConfigureAwait(false);
        return Of(stderr.Text);
    }

    /// <summary>Waits for the end of a child's output, within the bound; a cancellation ends the wait too.</summary>
    public static async Task EndOfAsync(Task ended, TimeProvider time, CancellationToken cancel) =>
        await ended.WaitAsync(Bound, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>The last lines of a text as the end of a sentence.</summary>
    public static string Of(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : $": {string.Join("; ", lines.TakeLast(MostLines))}";
    }
}
