namespace Vmspawn;

/// <summary>The options cannot be planned on this host; nothing was started.</summary>
public sealed class VmPlanException : VmException
{
    internal VmPlanException(IReadOnlyList<Problem> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>All reasons.</summary>
    public IReadOnlyList<Problem> Problems { get; }
}

/// <summary>A wait for the guest ended in vain.</summary>
public abstract class VmWaitException : VmException
{
    private protected VmWaitException(string reason, string consoleTail)
        : base(consoleTail.Length == 0 ? reason : $"{reason}; the console's last lines:{Environment.NewLine}{consoleTail}") => (Reason, ConsoleTail) = (reason, consoleTail);

    /// <summary>The message without the console's lines.</summary>
    public string Reason { get; }

    /// <summary>The last lines of the console.</summary>
    public string ConsoleTail { get; }
}

/// <summary>The machine ended while something was waited for.</summary>
public sealed class VmEndedException : VmWaitException
{
    internal VmEndedException(string awaited, VmExit exit, string consoleTail)
        : base($"the machine ended before {awaited}: {exit}", consoleTail) => Exit = exit;

    /// <summary>How it ended.</summary>
    public VmExit Exit { get; }
}

/// <summary>The guest's kernel panicked while something was waited for. The machine may still run.</summary>
public sealed class VmPanicException : VmWaitException
{
    internal VmPanicException(string awaited, string panic, string consoleTail)
        : base($"the guest's kernel panicked before {awaited}: {panic}", consoleTail) => Panic = panic;

    /// <summary>The kernel's line about it.</summary>
    public string Panic { get; }
}

/// <summary>Something did not happen within its time limit. The machine runs on.</summary>
public sealed class VmTimeoutException : VmWaitException
{
    internal VmTimeoutException(string awaited, TimeSpan limit, string consoleTail)
        : base($"{awaited} did not happen within {limit.TotalSeconds:0.###} s", consoleTail) => Limit = limit;

    /// <summary>The time limit.</summary>
    public TimeSpan Limit { get; }
}
