using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// Makes the kernel kill children when this process ends, including by SIGKILL. The parent-death signal (PR_SET_PDEATHSIG, prctl(2))
/// can only be set in the child itself before its exec, so a trampoline runs first: either
/// this executable or setpriv(1).
/// </summary>
public static class ParentDeath
{
    internal const string TrampolineArgument = "--exec-and-die-with-parent";
    private const int FixedArguments = 4;
    private const int ExitNotExecuted = 127;
    private static volatile bool s_self;

    /// <summary>Whether this executable is the trampoline.</summary>
    internal static bool UsesSelf => s_self;

    /// <summary>
    /// Declares that this program calls <see cref="TryRunTrampoline"/> first, so that children can be started
    /// through it. Without this call setpriv(1) is used.
    /// </summary>
    public static void UseSelf() => s_self = true;

    /// <summary>
    /// Executes the child program when this process was started as a trampoline. Must be called on the main thread before anything
    /// else.
    /// </summary>
    /// <param name="args">Main's arguments.</param>
    /// <param name="exitCode">The exit status for Main when this returns true: the program could not be executed.</param>
    /// <returns>False when the process was not started as a trampoline.</returns>
    public static bool TryRunTrampoline(IReadOnlyList<string> args, out int exitCode)
    {
        ArgumentNullException.ThrowIfNull(args);
        exitCode = ExitNotExecuted;
        if (args.Count < FixedArguments || args[0] != TrampolineArgument)
            return false;
        // arguments: the trampoline's marker, the parent's process id, the status descriptor, the program, its arguments
        var errno = BecomeChild(int.Parse(args[1]), int.Parse(args[2]), args[3], [.. args.Skip(FixedArguments - 1)]);
        ExecStatus.Report(int.Parse(args[2]), errno);
        return true;
    }

    /// <summary>The trampoline's arguments before the program and its arguments.</summary>
    internal static List<string> SelfArguments(int statusDescriptor) =>
        [TrampolineArgument, Environment.ProcessId.ToString(), statusDescriptor.ToString()];

    private static unsafe Errno BecomeChild(int parent, int status, string program, string[] arguments)
    {
        if (Libc.ProcessControl(Libc.PR_SET_PDEATHSIG, (nuint)Signal.SIGKILL, 0, 0, 0) != 0)
            return Libc.LastError;
        if (Libc.ParentProcessId() != parent)
            return Errno.ESRCH;
        if (Libc.FileControl(status, Libc.F_SETFD, Libc.FD_CLOEXEC) < 0)
            return Libc.LastError;
        ForgetOurSignals();
        using var native = new NativeStrings(arguments);
        _ = Libc.Execute(program, native.Pointer);
        return Libc.LastError;
    }

    // Ignored signals stay ignored after an exec, and the runtime ignores SIGPIPE.
    internal static unsafe void ForgetOurSignals()
    {
        for (var signal = 1; signal <= 64; signal++)
            _ = Libc.SetSignalHandler(signal, Libc.SIG_DFL);
        var none = stackalloc byte[Libc.SignalSetSize];
        NativeMemory.Clear(none, Libc.SignalSetSize);
        _ = Libc.SignalMask(Libc.SIG_SETMASK, none, null);
    }
}
