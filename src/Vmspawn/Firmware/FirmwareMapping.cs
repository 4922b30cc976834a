using Vmspawn.Options;

namespace Vmspawn.Firmware;

/// <summary>The file with a flash chip's content.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Format">Its format.</param>
internal sealed record FirmwareFile(string Path, ImageFormat Format);

/// <summary>Where the machine finds the firmware.</summary>
internal abstract record FirmwareMapping
{
    /// <summary>The files to open.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>The template of the machine's variables; null for firmware without persistent variables.</summary>
    public virtual FirmwareFile? Variables => null;
}

/// <summary>Two flash chips: code shared by all machines, and variables of each machine.</summary>
internal sealed record SplitFlash(FirmwareFile Executable, FirmwareFile Template) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [Executable.Path, Template.Path];

    public override FirmwareFile Variables => Template;
}

/// <summary>One flash chip with code and variables; each machine has its own copy.</summary>
internal sealed record CombinedFlash(FirmwareFile Executable) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [Executable.Path];

    public override FirmwareFile Variables => Executable;
}

/// <summary>One read-only flash chip: variables are not persistent.</summary>
internal sealed record StatelessFlash(FirmwareFile Executable) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [Executable.Path];
}

/// <summary>Firmware loaded into memory: variables are not persistent.</summary>
internal sealed record MemoryMapping(string Path) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [Path];
}

/// <summary>An unsupported mapping.</summary>
/// <param name="What">Its name in messages.</param>
internal sealed record UnsupportedMapping(string What) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [];
}
