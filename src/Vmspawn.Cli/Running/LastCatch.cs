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

    /// <summary>How long a failed thread waits for the program's cleanup: the end of QEMU and its helpers.</summary>
    private static readonly TimeSpan UndoBound = TimeSpan.FromSeconds(10);

    private const string Hint = $"{TraceVariable}=1 shows where";

    private const string NoThread = $"no memory or no thread is left (see ulimit -u, TasksMax= and MemoryMax=; {Hint})";

    /// <summary>Runs the program.</summary>
    /// <param name="program">Its token is cancelled by an uncaught exception of another thread: it cleans up and ends.</param>
    /// <returns>Its exit status, or 1 after a failure.</returns>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> program)
    {
        var failure = new CancellationTokenSource();
        var ended = new ManualResetEventSlim();
        // Exceptions on threads of the pool, timers and signals cannot be caught, and the runtime would abort with a stack trace.
        AppDomain.CurrentDomain.UnhandledException += (_, happened) =>
        {
            Fail(happened.ExceptionObject as Exception, failure, ended, UndoBound);
            Environment.Exit(ExitStatus.Failed);
        };
        TaskScheduler.UnobservedTaskException += (_, happened) =>
        {
            happened.SetObserved();
            Print(happened.Exception);
        };
        try
        {
            var status = await program(failure.Token);
            return failure.IsCancellationRequested ? ExitStatus.Failed : status;
        }
        catch (OperationCanceledException) when (failure.IsCancellationRequested)
        {
            return ExitStatus.Failed;
        }
        catch (Exception error)
        {
            Print(error);
            return ExitStatus.Failed;
        }
        finally
        {
            ended.Set();
        }
    }

    /// <summary>Reports an uncaught exception and blocks its thread until the program has ended, within a time limit.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="failure">Requests the program's end.</param>
    /// <param name="ended">Set when the program has ended.</param>
    /// <param name="bound">The time limit; after it, QEMU and the helpers are killed with vmspawn.</param>
    internal static void Fail(Exception? error, CancellationTokenSource failure, ManualResetEventSlim ended, TimeSpan bound)
    {
        Print(error);
        try
        {
            failure.Cancel();
        }
        catch (AggregateException second)
        {
            Print(second);
        }

        if (!ended.Wait(bound))
            Report.Error($"what was started has not ended within {bound.TotalSeconds:0.#} s, and is killed");
    }

    /// <summary>The sentence about a failure.</summary>
    public static string Sentence(Exception? error) => error switch
    {
        null => $"an error of vmspawn itself ({Hint})",
        AggregateException { InnerExceptions: [var only] } => Sentence(only),
        TypeInitializationException { InnerException: { } cause } => Sentence(cause),
        LinuxException => $"{error.Message} ({Hint})",
        // The scheduler cannot queue work without a thread.
        TaskSchedulerException { InnerException: { } cause } => Sentence(cause),
        OutOfMemoryException => NoThread,
        // pthread_create(3) of the runtime.
        IOException when FailureReason.ErrnoOf(error) is Errno.EAGAIN => NoThread,
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
