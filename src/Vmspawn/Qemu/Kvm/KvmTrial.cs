using System.Diagnostics;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;

namespace Vmspawn.Qemu;

/// <summary>One run of the trial guest.</summary>
/// <param name="Failure">Why it failed, or null when the guest powered off.</param>
/// <param name="Elapsed">The time from QEMU's start to its exit.</param>
/// <param name="TimedOut">It was killed at the time limit, which can also happen on a busy host.</param>
internal sealed record KvmTrial(string? Failure, TimeSpan Elapsed, bool TimedOut = false)
{
    /// <summary>Runs the trial guest.</summary>
    /// <param name="qemu">Path of the binary.</param>
    /// <param name="accelerator"><c>kvm</c>, or <c>tcg</c> for software emulation.</param>
    /// <param name="cpuModel">The CPU model, such as <c>max</c>.</param>
    /// <param name="bound">The time limit, after which QEMU is killed.</param>
    /// <param name="cancel">Kills QEMU.</param>
    public static async Task<KvmTrial> RunAsync(string qemu, string accelerator, string cpuModel, TimeSpan bound, CancellationToken cancel)
    {
        using var disk = Draft.CreateFile(Path.GetTempPath());
        TrialGuest.WriteDisk(disk.Handle);
        var start = Stopwatch.GetTimestamp();
        var run = await ChildRun.Run(qemu, Arguments(disk.Path, accelerator, cpuModel), bound, cancel).ConfigureAwait(false);
        return new KvmTrial(run.ExitCode == 0 ? null : Reason(run, bound), Stopwatch.GetElapsedTime(start), run.TimedOut);
    }

    // No -no-reboot: QEMU exits with status 0 only when the guest powers off; a guest that crashes is reset until the time limit.
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
            return $"a trial guest did not power off within {bound.TotalSeconds:0.#} s; the next start tries again";
        var end = run.Error.AsSpan().Trim().IndexOf('\n');
        var said = end < 0 ? run.Error.AsSpan().Trim() : run.Error.AsSpan().Trim()[..end];
        return said.IsEmpty ? $"a trial run of QEMU ended with status {run.ExitCode}" : $"a trial run of QEMU failed: {said}";
    }
}

/// <summary>A minimal guest that uses what every kernel needs: a boot sector that enables 64-bit mode and powers the machine off.</summary>
internal static class TrialGuest
{
    private const int SectorSize = 512;

    // SeaBIOS ignores a disk that is smaller than one cylinder of 16 heads and 63 sectors.
    private const long DiskSize = 1 << 20;

    // At 0x7c00, in 16-bit mode: clear 0x1000…0x3fff; identity-map the first 2 MiB with one large page (PML4, PDPT, PD); set CR4.PAE,
    // EFER.LME by MSR, CR0.PE and CR0.PG; jump to 64-bit code. There: make SLP_EN (0x2000) with an
    // increment that is an instruction only in 64-bit mode, write it to PM1a_CNT, which SeaBIOS maps at port 0x604 on q35; halt. The code ends with the descriptor table of one code segment.
    private static ReadOnlySpan<byte> Code =>
    [
        0xfa, 0xfc, 0x66, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x7c, 0x66, 0xbf,
        0x00, 0x10, 0x00, 0x00, 0x0f, 0x22, 0xdf, 0xb9, 0x00, 0x0c, 0x66, 0xf3, 0xab, 0xc7, 0x06, 0x00,
        0x10, 0x03, 0x20, 0xc7, 0x06, 0x00, 0x20, 0x03, 0x30, 0xc6, 0x06, 0x00, 0x30, 0x83, 0xb0, 0x20,
        0x0f, 0x22, 0xe0, 0x66, 0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32, 0x0d, 0x00, 0x01, 0x0f, 0x30,
        0x66, 0x0f, 0x01, 0x16, 0x80, 0x7c, 0x0f, 0x20, 0xc0, 0x66, 0x0d, 0x01, 0x00, 0x00, 0x80, 0x0f,
        0x22, 0xc0, 0x66, 0xea, 0x5a, 0x7c, 0x00, 0x00, 0x08, 0x00, 0xba, 0x04, 0x06, 0x00, 0x00, 0xb8,
        0xff, 0x1f, 0x00, 0x00, 0x48, 0xff, 0xc0, 0x66, 0xef, 0xf4, 0xeb, 0xfd, 0x0f, 0x1f, 0x40, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9a, 0x20, 0x00,
        0x0f, 0x00, 0x70, 0x7c, 0x00, 0x00,
    ];

    /// <summary>Writes its raw disk image.</summary>
    public static void WriteDisk(SafeFileHandle file)
    {
        Span<byte> sector = stackalloc byte[SectorSize];
        sector.Clear();
        Code.CopyTo(sector);
        sector[SectorSize - 2] = 0x55;
        sector[SectorSize - 1] = 0xaa;
        RandomAccess.SetLength(file, DiskSize);
        RandomAccess.Write(file, sector, 0);
    }
}
