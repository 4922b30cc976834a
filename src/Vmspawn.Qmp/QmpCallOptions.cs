using System.Runtime.InteropServices;

namespace Vmspawn.Qmp;

/// <summary>Wishes for one call.</summary>
public sealed record QmpCallOptions
{
    /// <summary>How long to wait for the answer; null takes <see cref="QmpClientOptions.CallTimeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Descriptors that go with the command (SCM_RIGHTS); they stay the caller's to close. Calls with descriptors go one
    /// after the other, because QEMU keeps only those that came last.
    /// </summary>
    public IReadOnlyList<SafeHandle>? Descriptors { get; init; }

    /// <summary>Run it before the commands that wait; needs <see cref="QmpClient.OutOfBand"/> and a command that allows it.</summary>
    public bool OutOfBand { get; init; }

    /// <summary>Keep arguments and answer out of the trace altogether.</summary>
    public bool Sensitive { get; init; }
}
