using System.Text.Json;

namespace Vmspawn.Host;

/// <summary>Runs a guest of ten bytes that powers the machine off, to see whether guests run at all.</summary>
internal static class KvmTrial
{
    private const int SectorSize = 512;

    // SeaBIOS reads no disk that is smaller than one cylinder of 16 heads and 63 sectors.
    private const long DiskSize = 1 << 20;

    // mov dx, 0x604; mov ax, 0x2000; out dx, ax; hlt; jmp back to the hlt: SLP_EN in PM1a_CNT as SeaBIOS sets it up on q35.
    private static ReadOnlySpan<byte> PowerOff => [0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4, 0xeb, 0xfd];

    /// <summary>Why the guest did not come to its end, or null when it powered off.</summary>
    /// <param name="qemu">Path of the binary.</param>
    /// <param name="accelerator"><c>kvm</c>, or <c>tcg</c> to try the trial itself.</param>
    /// <param name="cpuModel">The CPU model, such as <c>max</c>.</param>
    /// <param name="bound">After this the guest counts as hung and QEMU is killed.</param>
    public static async Task<string?> Run(string qemu, string accelerator, string cpuModel, TimeSpan bound)
    {
        var disk = Path.Combine(Path.GetTempPath(), $"vmspawn-trial-{Guid.NewGuid():n}");
        try
        {
            using (var file = File.OpenHandle(disk, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.SetLength(file, DiskSize);
                RandomAccess.Write(file, BootSector(), 0);
            }

            var run = await ChildRun.Run(qemu, Arguments(disk, accelerator, cpuModel), bound);
            return run.ExitCode == 0 ? null : Reason(run, bound);
        }
        finally
        {
            File.Delete(disk);
        }
    }

    private static string[] Arguments(string disk, string accelerator, string cpuModel) =>
    [
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-machine", "q35", "-accel", accelerator, "-cpu", cpuModel, "-m", "64",
        "-blockdev", $$"""{"driver":"file","filename":"{{JsonEncodedText.Encode(disk)}}","node-name":"d","read-only":true}""",
        "-device", "virtio-blk-pci,drive=d",
    ];

    private static byte[] BootSector()
    {
        var sector = new byte[SectorSize];
        PowerOff.CopyTo(sector);
        sector[SectorSize - 2] = 0x55;
        sector[SectorSize - 1] = 0xaa;
        return sector;
    }

    private static string Reason(ChildRun run, TimeSpan bound)
    {
        if (run.TimedOut)
            return $"a trial guest did not power off within {bound.TotalSeconds:0.#} s";
        var end = run.Error.AsSpan().Trim().IndexOf('\n');
        var said = end < 0 ? run.Error.AsSpan().Trim() : run.Error.AsSpan().Trim()[..end];
        return said.IsEmpty ? $"a trial run of QEMU ended with status {run.ExitCode}" : $"a trial run of QEMU failed: {said}";
    }
}
