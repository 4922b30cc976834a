using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Whether passt(1) runs here: it enters a user namespace first, which a chroot and many containers refuse.</summary>
internal static class PasstTrial
{
    /// <summary>The time limit; the trial normally takes some hundredths of a second.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    private const int Descriptor = 3;

    /// <summary>Starts it with a connection whose other end is closed, upon which it ends by itself.</summary>
    /// <returns>Null where it runs, else its error message.</returns>
    /// <exception cref="OperationCanceledException">The trial was cancelled.</exception>
    public static async Task<string?> WhyNotAsync(string path, CancellationToken cancel)
    {
        var (ours, its) = SocketPair.Create();
        ours.Dispose();
        using (its)
        {
            var run = await ChildRun.Run(path, ["--foreground", "--quiet", "--fd", $"{Descriptor}"], Bound, [new ChildDescriptor(Descriptor, its)], cancel).ConfigureAwait(false);
            return run.ExitCode == 0 ? null : LastLine(run);
        }
    }

    // Warnings come before the reason.
    private static string LastLine(ChildRun run) =>
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"exited with status {run.ExitCode}";
}
