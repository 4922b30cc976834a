using System.Runtime.InteropServices;

namespace Vmspawn.Qmp;

/// <summary>The options of one call.</summary>
public sealed record QmpCallOptions
{
    /// <summary>How long to wait for the answer; null takes <see cref="QmpClientOptions.CallTimeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Descriptors to send with the command (SCM_RIGHTS); the caller closes them. Calls with descriptors are sent one
    /// after the other, because QEMU keeps only the last ones received.
    /// </summary>
    public IReadOnlyList<SafeHandle>? Descriptors { get; init; }

    /// <summary>Run it before queued commands; requires <see cref="QmpClient.OutOfBand"/> and a command that allows it.</summary>
    public bool OutOfBand { get; init; }

    /// <summary>Exclude arguments and answer from the trace.</summary>
    public bool Sensitive { get; init; }
}
