namespace Vmspawn;

/// <summary>The options cannot be planned on this host; nothing was started.</summary>
public sealed class VmPlanException : VmException
{
    internal VmPlanException(IReadOnlyList<Problem> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>All reasons.</summary>
    public IReadOnlyList<Problem> Problems { get; }
}

/// <summary>The machine ended while something was waited for.</summary>
public sealed class VmEndedException : VmException
{
    internal VmEndedException(string awaited, VmExit exit, string consoleTail)
        : base($"the machine ended before {awaited}: {exit}{VmTail.Of(consoleTail)}") => (Exit, ConsoleTail) = (exit, consoleTail);

    /// <summary>How it ended.</summary>
    public VmExit Exit { get; }

    /// <summary>The last lines of the console.</summary>
    public string ConsoleTail { get; }
}

/// <summary>The guest's kernel panicked while something was waited for. The machine may still run.</summary>
public sealed class VmPanicException : VmException
{
    internal VmPanicException(string awaited, string panic, string consoleTail)
        : base($"the guest's kernel panicked before {awaited}: {panic}{VmTail.Of(consoleTail)}") => (Panic, ConsoleTail) = (panic, consoleTail);

    /// <summary>The kernel's line about it.</summary>
    public string Panic { get; }

    /// <summary>The last lines of the console.</summary>
    public string ConsoleTail { get; }
}

/// <summary>Something did not happen within its time limit. The machine runs on.</summary>
public sealed class VmTimeoutException : VmException
{
    internal VmTimeoutException(string awaited, TimeSpan limit, string consoleTail)
        : base($"{awaited} did not happen within {limit.TotalSeconds:0.###} s{VmTail.Of(consoleTail)}") => (Limit, ConsoleTail) = (limit, consoleTail);

    /// <summary>The time limit.</summary>
    public TimeSpan Limit { get; }

    /// <summary>The last lines of the console.</summary>
    public string ConsoleTail { get; }
}

/// <summary>The end of a message that shows the console.</summary>
file static class VmTail
{
    public static string Of(string consoleTail) => consoleTail.Length == 0 ? "" : $"; the console's last lines:{Environment.NewLine}{consoleTail}";
}
