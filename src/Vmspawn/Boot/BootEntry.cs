using Vmspawn.Versions;

namespace Vmspawn.Boot;

/// <summary>The kind of a boot entry.</summary>
internal enum BootEntryKind
{
    /// <summary>Boot Loader Specification type 2: a unified kernel image in <c>/EFI/Linux</c>.</summary>
    Unified,

    /// <summary>Boot Loader Specification type 1: a text file in <c>/loader/entries</c>.</summary>
    Text,

    /// <summary>Not an entry, but a kernel at a distribution's usual path.</summary>
    Plain,
}

/// <summary>A boot entry found on a boot partition or in a tree.</summary>
internal sealed record BootEntry
{
    public required BootEntryKind Kind { get; init; }

    /// <summary>The file name without boot counter: <c>debian-6.1.conf</c>, <c>debian-6.1.efi</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Path of the kernel, or of the unified kernel image, from the root of the file system.</summary>
    public required string Kernel { get; init; }

    /// <summary>Paths of the initrds, in order.</summary>
    public IReadOnlyList<string> Initrds { get; init; } = [];

    /// <summary>Kernel command line.</summary>
    public string Options { get; init; } = "";

    public string? Title { get; init; }
    public string? Version { get; init; }
    public string? SortKey { get; init; }
    public string? MachineId { get; init; }

    /// <summary>The architecture, by UEFI's name in lower case; null when it is not specified.</summary>
    public string? Machine { get; init; }

    /// <summary>The boot counter, or null for none.</summary>
    public BootCounter? Counter { get; init; }
}
