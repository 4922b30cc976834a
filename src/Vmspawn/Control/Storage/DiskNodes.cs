namespace Vmspawn.Control.Storage;

/// <summary>What QEMU holds for a disk besides its device.</summary>
/// <param name="Top">The node that the device uses.</param>
/// <param name="File">The node below it, when it was added by itself and is to be deleted by itself; null when it goes with the top.</param>
/// <param name="Fdsets">The descriptor sets behind them.</param>
internal sealed record DiskNodes(string Top, string? File, IReadOnlyList<long> Fdsets);
