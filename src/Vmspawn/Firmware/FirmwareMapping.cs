using Vmspawn.Options;

namespace Vmspawn.Firmware;

/// <summary>A file that a flash chip is filled from.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Format">Its format.</param>
internal sealed record FirmwareFile(string Path, ImageFormat Format);

/// <summary>Where the machine finds the firmware.</summary>
internal abstract record FirmwareMapping
{
    /// <summary>The files that it needs.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>What a machine's own variables start from; null for firmware that forgets them.</summary>
    public virtual FirmwareFile? Variables => null;
}

/// <summary>Two flash chips: code that all machines share, and variables, of which each has its own.</summary>
internal sealed record SplitFlash(FirmwareFile Executable, FirmwareFile Template) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [Executable.Path, Template.Path];

    public override FirmwareFile Variables => Template;
}

/// <summary>One flash chip with code and variables, of which each machine has its own copy.</summary>
internal sealed record CombinedFlash(FirmwareFile Executable) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [Executable.Path];

    public override FirmwareFile Variables => Executable;
}

/// <summary>One flash chip that nobody writes to: variables are forgotten.</summary>
internal sealed record StatelessFlash(FirmwareFile Executable) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [Executable.Path];
}

/// <summary>Memory that is filled at start: variables are forgotten.</summary>
internal sealed record MemoryMapping(string Path) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [Path];
}

/// <summary>A way that we do not have.</summary>
/// <param name="What">Its name for people.</param>
internal sealed record UnsupportedMapping(string What) : FirmwareMapping
{
    public override IReadOnlyList<string> Files => [];
}
