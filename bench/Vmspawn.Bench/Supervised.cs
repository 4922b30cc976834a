using System.Diagnostics;
using Vmspawn.Linux;

namespace Vmspawn.Bench;

/// <summary>The same guest through the program.</summary>
internal sealed class Supervised(string program, IReadOnlyList<string> options)
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>What <c>plan --format=json</c> prints for it.</summary>
    public string Plan()
    {
        var start = new ProcessStartInfo(program, ["plan", "--format=json", .. options]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var json = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? json : throw new InvalidOperationException($"vmspawn plan ended with status {process.ExitCode}.");
    }

    public async Task<ChildExit> Run()
    {
        using var child = Start();
        return await child.Exited;
    }

    /// <summary>The peak of resident memory, in KiB, of a run whose guest stays: two signals end it.</summary>
    public async Task<long> PeakKib()
    {
        using var child = Start();
        await Task.Delay(Settled);
        var peak = (await File.ReadAllLinesAsync($"/proc/{child.Id}/status")).Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        child.Send(Signal.SIGTERM);
        // Two signals within half a second count as one.
        await Task.Delay(700);
        child.Send(Signal.SIGTERM);
        await child.Exited;
        return long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    /// <summary>Starts it; the caller ends it.</summary>
    /// <param name="runtime">Its $XDG_RUNTIME_DIR, or null for the inherited one.</param>
    public ChildProcess Start(string? runtime = null)
    {
        using var nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        return ChildProcess.Start(new ChildSpec(program, options)
        {
            StandardOutput = nowhere,
            DieWithParent = false,
            Environment = runtime is null ? null : new Dictionary<string, string?> { ["XDG_RUNTIME_DIR"] = runtime },
        });
    }
}
