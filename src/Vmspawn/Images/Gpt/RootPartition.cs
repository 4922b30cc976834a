using System.Runtime.InteropServices;
using Vmspawn.Versions;

namespace Vmspawn.Images.Gpt;

/// <summary>Finds the root partition for a directly booted kernel, by the rules that systemd applies after a boot through firmware.</summary>
internal static class RootPartition
{
    /// <summary>The flag that excludes a partition from discovery (bit 63, Discoverable Partitions Specification).</summary>
    private const ulong NoAuto = 1UL << 63;

    /// <summary>The label of an empty slot of systemd-sysupdate.</summary>
    private const string EmptySlot = "_empty";

    /// <summary><c>root=PARTUUID=…</c>, else <c>mount.usr=PARTUUID=…</c>; null when the table is ambiguous.</summary>
    /// <remarks>
    /// Of several candidates the one with the newest version in its label; without candidates the only partition of the generic Linux type.
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
