using Vmspawn.Versions;

namespace Vmspawn.Boot;

/// <summary>Which of the two kinds of the Boot Loader Specification an entry is.</summary>
internal enum BootEntryKind
{
    /// <summary>Type 2: a unified kernel image in <c>/EFI/Linux</c>.</summary>
    Unified,

    /// <summary>Type 1: a text file in <c>/loader/entries</c>.</summary>
    Text,

    /// <summary>No entry at all, but a kernel where distributions put one.</summary>
    Plain,
}

/// <summary>Something to boot, as found on a boot partition or in a tree.</summary>
internal sealed record BootEntry
{
    public required BootEntryKind Kind { get; init; }

    /// <summary>The file's name without boot counter: <c>debian-6.1.conf</c>, <c>debian-6.1.efi</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Path of the kernel, or of the unified kernel image, from the top of the file system.</summary>
    public required string Kernel { get; init; }

    /// <summary>Paths of the initrds, in order.</summary>
    public IReadOnlyList<string> Initrds { get; init; } = [];

    /// <summary>Kernel command line.</summary>
    public string Options { get; init; } = "";

    public string? Title { get; init; }
    public string? Version { get; init; }
    public string? SortKey { get; init; }
    public string? MachineId { get; init; }

    /// <summary>For which processor, as UEFI names it in small letters; null when the entry does not say.</summary>
    public string? Machine { get; init; }

    /// <summary>Null for an entry whose boots are not counted.</summary>
    public BootCounter? Counter { get; init; }
}
