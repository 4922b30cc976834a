using System.Runtime.InteropServices;

namespace Vmspawn.Images.Gpt;

/// <summary>An entry of a GUID partition table.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Type">The partition type.</param>
/// <param name="Id">The PARTUUID.</param>
/// <param name="Place">Its extent, in bytes.</param>
/// <param name="Attributes">Flags; the upper 16 bits depend on the type.</param>
/// <param name="Label">Its name, at most 36 UTF-16 units.</param>
internal sealed record GptPartition(int Number, Guid Type, Guid Id, Extent Place, ulong Attributes, string Label);

/// <summary>Partition types (UAPI "Discoverable Partitions Specification").</summary>
internal static class PartitionTypes
{
    /// <summary>EFI system partition.</summary>
    public static readonly Guid Efi = new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

    /// <summary>Extended boot loader partition, XBOOTLDR.</summary>
    public static readonly Guid ExtendedBoot = new("bc13c2ff-59e6-4262-a352-b275fd6f7172");

    /// <summary>Generic Linux file system.</summary>
    public static readonly Guid Linux = new("0fc63daf-8483-4772-8e79-3d69d8477de4");

    /// <summary>The root file system for an architecture; null for an unsupported one.</summary>
    public static Guid? Root(Architecture architecture) => architecture switch
    {
        Architecture.X64 => new("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
        Architecture.Arm64 => new("b921b045-1df0-41c3-af44-4c6f280d3fae"),
        Architecture.RiscV64 => new("72ec70a6-cf74-40e6-bd49-4bda08e8f224"),
        _ => null,
    };

    /// <summary><c>/usr</c> for an architecture; null for an unsupported one.</summary>
    public static Guid? Usr(Architecture architecture) => architecture switch
    {
        Architecture.X64 => new("8484680c-9521-48c6-9c11-b0720656f69e"),
        Architecture.Arm64 => new("b0e01050-ee5f-4390-949a-9101b17104e9"),
        Architecture.RiscV64 => new("beaec34b-8442-439b-a40b-984381ed097d"),
        _ => null,
    };
}
