namespace Vmspawn.Linux;

/// <summary>How a process ended: by exit or by a signal (waitid(2)).</summary>
/// <param name="ExitCode">0 to 255, or null when a signal ended it.</param>
/// <param name="Signal">The signal, or null when it exited.</param>
public readonly record struct ChildExit(int? ExitCode, Signal? Signal)
{
    /// <summary>Whether it exited with status 0.</summary>
    public bool IsSuccess => ExitCode == 0;

    /// <summary>The text for messages: <c>exited with status 1</c>, <c>was killed by SIGSEGV</c>.</summary>
    public override string ToString() =>
        Signal is { } signal ? $"was killed by {NameOf(signal)}" : $"exited with status {ExitCode}";

    // Real-time signals have no names.
    private static string NameOf(Signal signal) =>
        signal > Linux.Signal.SIGRTMIN ? $"SIGRTMIN+{signal - Linux.Signal.SIGRTMIN}" : signal.ToString();
}
