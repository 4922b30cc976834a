using System.ComponentModel;
using System.Diagnostics;

namespace Vmspawn.Host;

/// <summary>How a short-lived program ended.</summary>
/// <param name="ExitCode">Its exit status, 128 + N for signal N; null when it did not end by itself.</param>
/// <param name="TimedOut">It was killed for taking too long; without an exit status and this, it could not be started.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error, or why it could not be started.</param>
internal sealed record ChildRun(int? ExitCode, bool TimedOut, string Output, string Error)
{
    /// <summary>Runs a program to its end, or for as long as it is given.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <param name="bound">After this it is killed.</param>
    public static async Task<ChildRun> Run(string path, IEnumerable<string> arguments, TimeSpan bound)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new ChildRun(null, false, "", e.Message);
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(bound);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new ChildRun(process.ExitCode, false, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return new ChildRun(null, true, await output, $"it did not end within {bound.TotalSeconds:0.#} s; {await error}");
        }
    }
}
