namespace Vmspawn.Options;

/// <summary>What holds for every disk of a type, whether it is there at boot or attached later.</summary>
internal static class DiskTypes
{
    /// <summary>The disk sits on a SCSI controller rather than in a PCI slot of its own.</summary>
    public static bool IsScsi(this DiskType type) => type is DiskType.VirtioScsi or DiskType.ScsiCd;

    /// <summary>The guest cannot write to it, whatever its file allows: a CD.</summary>
    public static bool IsReadOnly(this DiskType type) => type is DiskType.ScsiCd;
}
