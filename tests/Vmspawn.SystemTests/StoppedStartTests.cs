using System.Diagnostics;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>A stop signal at any moment from the start of the program on: it ends soon, with everything undone, and the next start works.</summary>
public sealed class StoppedStartTests : VmTest
{
    /// <summary>A start takes about a second; the last moments are while the machine runs.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1.5);

    /// <summary>Twice what is promised for a host with nothing else to do.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <summary>Signals within half a second are one.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(0.6);

    private static int Moments => Sample.IsWhole ? 100 : 16;

    [Fact]
    public async Task A_stop_signal_at_any_moment_of_a_start_undoes_it()
    {
        var machine = Machine(BootSector.WriteIdle(Scratch));
        var state = Scratch.Own("child.tpmstate");
        for (var i = 0; i < Moments; i++)
        {
            File.Delete(Scratch.Own("child"));
            // Half of the starts make a TPM, the others find one.
            if (i % 2 == 0 && Directory.Exists(state))
                Directory.Delete(state, recursive: true);
            var (signal, number) = (i % 3) switch { 0 => ("TERM", 15), 1 => ("INT", 2), _ => ("HUP", 1) };
            var moment = Longest * i / Moments;
            using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, machine);
            await Task.Delay(moment);
            var clock = Stopwatch.StartNew();
            run.Signal(signal);
            // The guest does not know the power button; a machine that runs by now needs a second signal.
            await Task.Delay(Apart);
            if (run.Error.Text.Contains("asking the guest", StringComparison.Ordinal))
                run.Signal(signal);
            var ended = await run.End(Bound);
            var what = $"SIG{signal} after {moment.TotalMilliseconds:0} ms: {ended}";
            Assert.True(clock.Elapsed < Bound, what);
            Assert.True(ended.Status == 1 || ended.Status == 128 + number, what);
            Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
            Assert.True(!Scratch.Strangers().Any(), $"{what}\nleft: {string.Join(' ', Scratch.Strangers())}");
        }

        File.Delete(Scratch.Own("child"));
        var next = await Run(QemuKind.Distribution, Machine(BootSector.Write(Scratch)));
        Assert.True(next.Status == 0, next.ToString());
    }

    private string[] Machine(string template) =>
    [
        "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--firmware=bios", "--console=headless", "--register=no", "--vsock=no",
        "--network-user-mode", "--pass-ssh-key=yes", "--tpm=yes", $"--template={template}", $"--image={Scratch.Own("child")}", $"--bind={Scratch.Tree("share")}:/x",
    ];
}
