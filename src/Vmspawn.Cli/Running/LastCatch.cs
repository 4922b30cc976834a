using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>
/// Handles exceptions that nothing else has caught: prints one sentence on standard error and returns status 1. The stack trace is printed only
/// when <c>$VMSPAWN_TRACE</c> is 1.
/// </summary>
internal static class LastCatch
{
    /// <summary>The variable that enables stack traces.</summary>
    public const string TraceVariable = "VMSPAWN_TRACE";

    private const string Hint = $"{TraceVariable}=1 shows where";

    /// <summary>Runs the program.</summary>
    /// <returns>Its exit status, or 1 after a failure.</returns>
    public static async Task<int> RunAsync(Func<Task<int>> program)
    {
        // Exceptions on threads of the pool, timers and signals cannot be caught, and the runtime would abort with a stack trace.
        AppDomain.CurrentDomain.UnhandledException += (_, happened) =>
        {
            Print(happened.ExceptionObject as Exception);
            Environment.Exit(ExitStatus.Failed);
        };
        TaskScheduler.UnobservedTaskException += (_, happened) =>
        {
            happened.SetObserved();
            Print(happened.Exception);
        };
        try
        {
            return await program();
        }
        catch (Exception error)
        {
            Print(error);
            return ExitStatus.Failed;
        }
    }

    /// <summary>The sentence about a failure.</summary>
    public static string Sentence(Exception? error) => error switch
    {
        null => $"an error of vmspawn itself ({Hint})",
        AggregateException { InnerExceptions: [var only] } => Sentence(only),
        TypeInitializationException { InnerException: { } cause } => Sentence(cause),
        LinuxException => $"{error.Message} ({Hint})",
        OutOfMemoryException => $"no memory or no thread is left ({Hint})",
        OperationCanceledException => $"it was interrupted ({Hint})",
        _ when FailureReason.ErrnoOf(error) is not null => $"{Subject(error)}{FailureReason.Of(error)} ({Hint})",
        IOException or TimeoutException => $"{error.Message} ({Hint})",
        _ => $"an error of vmspawn itself: {error.GetType().Name}: {error.Message} ({Hint})",
    };

    private static void Print(Exception? error)
    {
        Report.Error(Sentence(error));
        if (error is not null && Environment.GetEnvironmentVariable(TraceVariable) == "1")
            Output.WriteError($"{error}\n");
    }

    // .NET has the path only in its message, in quotes.
    private static string Subject(Exception error)
    {
        int start = error.Message.IndexOf('\''), end = error.Message.LastIndexOf('\'');
        return start >= 0 && end > start + 1 ? $"{error.Message[(start + 1)..end]}: " : "";
    }
}
