using Vmspawn.Versions;

namespace Vmspawn.Boot;

/// <summary>The order of entries, best first: UAPI "Boot Loader Specification", "Sorting", within each kind.</summary>
internal sealed class BootEntryOrder : IComparer<BootEntry>
{
    public static BootEntryOrder Best { get; } = new();

    public int Compare(BootEntry? x, BootEntry? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var order = IsBad(x).CompareTo(IsBad(y));
        if (order == 0)
            order = x.Kind.CompareTo(y.Kind);
        if (order == 0)
            order = (x.SortKey is null).CompareTo(y.SortKey is null);
        if (order == 0 && x.SortKey is not null)
            order = CompareSorted(x, y);
        if (order == 0)
            order = VersionOrder.Compare(y.Id, x.Id);
        return order != 0 ? order : CompareCounters(x.Counter, y.Counter);
    }

    private static bool IsBad(BootEntry entry) => entry.Counter is { TriesLeft: 0 };

    private static int CompareSorted(BootEntry x, BootEntry y)
    {
        var order = string.CompareOrdinal(x.SortKey, y.SortKey);
        if (order == 0)
            order = string.CompareOrdinal(x.MachineId, y.MachineId);
        return order != 0 ? order : VersionOrder.Compare(y.Version, x.Version);
    }

    // More attempts left first, then fewer made.
    private static int CompareCounters(BootCounter? x, BootCounter? y)
    {
        if (x is not { } ours || y is not { } theirs)
            return 0;
        var order = theirs.TriesLeft.CompareTo(ours.TriesLeft);
        return order != 0 ? order : ours.TriesDone.CompareTo(theirs.TriesDone);
    }
}
