namespace Vmspawn;

/// <summary>Errors that a disk gives instead of doing what the guest asks. The image behind it is neither read nor written by such requests.</summary>
public sealed record DiskFault
{
    /// <summary>Everything fails, as on a broken disk.</summary>
    public static DiskFault Broken { get; } = new() { Reads = true, Writes = true, Flushes = true };

    /// <summary>
    /// Writes fail as on a full file system of the host: QEMU pauses the machine, whose writes are repeated when it is resumed (<see cref="VirtualMachine.ResumeAsync"/>) after the fault
    /// was ended. On NVMe, the guest gets the error.
    /// </summary>
    public static DiskFault Full { get; } = new() { Writes = true, IsFull = true };

    /// <summary>Reads fail.</summary>
    public bool Reads { get; init; }

    /// <summary>Writes and discards fail.</summary>
    public bool Writes { get; init; }

    /// <summary>Flushes of the disk's cache fail.</summary>
    public bool Flushes { get; init; }

    /// <summary>Whether only the next request of each kind fails, instead of all.</summary>
    public bool Once { get; init; }

    /// <summary>The error is that of a full file system (ENOSPC) instead of one of input or output (EIO).</summary>
    public bool IsFull { get; init; }

    /// <summary>QEMU's names of the requests that fail (BlkdebugIOType).</summary>
    internal IEnumerable<string> Requests =>
        [.. Reads ? ["read"] : Array.Empty<string>(), .. Writes ? ["write", "write-zeroes", "discard"] : Array.Empty<string>(), .. Flushes ? ["flush"] : Array.Empty<string>()];
}
