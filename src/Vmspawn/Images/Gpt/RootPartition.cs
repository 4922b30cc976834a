using System.Runtime.InteropServices;
using Vmspawn.Versions;

namespace Vmspawn.Images.Gpt;

/// <summary>Finds what a kernel that is started directly mounts as its root, as the firmware's way would have found it.</summary>
internal static class RootPartition
{
    /// <summary>The flag by which a partition says: not by discovery (bit 63 of the Discoverable Partitions Specification).</summary>
    private const ulong NoAuto = 1UL << 63;

    /// <summary>The label that systemd-sysupdate gives to a slot without content.</summary>
    private const string EmptySlot = "_empty";

    /// <summary><c>root=PARTUUID=…</c>, else <c>mount.usr=PARTUUID=…</c>; null when the table leaves it open.</summary>
    /// <remarks>
    /// Of several the one with the newest version in its label; without any a single partition of the general Linux type.
    /// </remarks>
    public static string? KernelArgument(GptTable table, Architecture architecture)
    {
        if (Newest(table, PartitionTypes.Root(architecture)) is { } root)
            return $"root=PARTUUID={root.Id}";
        if (Newest(table, PartitionTypes.Usr(architecture)) is { } usr)
            return $"mount.usr=PARTUUID={usr.Id}";
        var general = table.Partitions.Where(partition => partition.Type == PartitionTypes.Linux && IsDiscoverable(partition)).Take(2).ToList();
        return general is [var only] ? $"root=PARTUUID={only.Id}" : null;
    }

    private static GptPartition? Newest(GptTable table, Guid? type)
    {
        GptPartition? newest = null;
        foreach (var partition in table.Partitions)
        {
            if (partition.Type == type && IsDiscoverable(partition) && partition.Label != EmptySlot
                && (newest is null || VersionOrder.Compare(partition.Label, newest.Label) > 0))
            {
                newest = partition;
            }
        }

        return newest;
    }

    private static bool IsDiscoverable(GptPartition partition) => (partition.Attributes & NoAuto) == 0;
}
