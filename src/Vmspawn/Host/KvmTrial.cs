using System.Diagnostics;
using System.Text.Json;

namespace Vmspawn.Host;

/// <summary>One run of the trial guest.</summary>
/// <param name="Failure">Why it did not come to its end, or null when it powered off.</param>
/// <param name="Elapsed">From the start of QEMU to its end.</param>
internal sealed record KvmTrial(string? Failure, TimeSpan Elapsed)
{
    /// <summary>Runs the trial guest.</summary>
    /// <param name="qemu">Path of the binary.</param>
    /// <param name="accelerator"><c>kvm</c>, or <c>tcg</c> for software emulation.</param>
    /// <param name="cpuModel">The CPU model, such as <c>max</c>.</param>
    /// <param name="bound">After this the guest counts as hung and QEMU is killed.</param>
    public static async Task<KvmTrial> Run(string qemu, string accelerator, string cpuModel, TimeSpan bound)
    {
        var disk = Path.Combine(Path.GetTempPath(), $"vmspawn-trial-{Guid.NewGuid():n}");
        try
        {
            TrialGuest.WriteDisk(disk);
            var start = Stopwatch.GetTimestamp();
            var run = await ChildRun.Run(qemu, Arguments(disk, accelerator, cpuModel), bound);
            return new KvmTrial(run.ExitCode == 0 ? null : Reason(run, bound), Stopwatch.GetElapsedTime(start));
        }
        finally
        {
            File.Delete(disk);
        }
    }

    // Without -no-reboot: a guest that crashes is reset for ever, and only one that powers off ends QEMU with status 0.
    private static string[] Arguments(string disk, string accelerator, string cpuModel) =>
    [
        "-nodefaults", "-no-user-config", "-display", "none",
        "-machine", "q35", "-accel", accelerator, "-cpu", cpuModel, "-m", "64",
        "-blockdev", $$"""{"driver":"file","filename":"{{JsonEncodedText.Encode(disk)}}","node-name":"d","read-only":true}""",
        "-device", "virtio-blk-pci,drive=d",
    ];

    private static string Reason(ChildRun run, TimeSpan bound)
    {
        if (run.TimedOut)
            return $"a trial guest did not power off within {bound.TotalSeconds:0.#} s";
        var end = run.Error.AsSpan().Trim().IndexOf('\n');
        var said = end < 0 ? run.Error.AsSpan().Trim() : run.Error.AsSpan().Trim()[..end];
        return said.IsEmpty ? $"a trial run of QEMU ended with status {run.ExitCode}" : $"a trial run of QEMU failed: {said}";
    }
}
