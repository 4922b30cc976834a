using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>
/// Where every failure ends that nothing else has caught: one sentence on standard error and status 1. The stack trace is shown only
/// when <c>$VMSPAWN_TRACE</c> is 1.
/// </summary>
internal static class LastCatch
{
    /// <summary>The variable that asks for stack traces.</summary>
    public const string TraceVariable = "VMSPAWN_TRACE";

    /// <summary>How long a failing thread waits for the program to undo what it did: QEMU's end, and its helpers'.</summary>
    private static readonly TimeSpan UndoBound = TimeSpan.FromSeconds(10);

    private const string Hint = $"{TraceVariable}=1 shows where";

    /// <summary>Runs the program.</summary>
    /// <param name="program">Its token is cancelled by a failure that nothing in it can catch: it undoes what it did and ends.</param>
    /// <returns>Its exit status, or 1 after a failure.</returns>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> program)
    {
        var failure = new CancellationTokenSource();
        var ended = new ManualResetEventSlim();
        // Failures on threads of the pool, of timers and of signals: nobody can catch them, and the runtime would abort with a trace.
        AppDomain.CurrentDomain.UnhandledException += (_, happened) =>
        {
            Fail(happened.ExceptionObject as Exception, failure, ended, UndoBound);
            Environment.Exit(ExitStatus.Failed);
        };
        TaskScheduler.UnobservedTaskException += (_, happened) =>
        {
            happened.SetObserved();
            Tell(happened.Exception);
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
            Tell(error);
            return ExitStatus.Failed;
        }
        finally
        {
            ended.Set();
        }
    }

    /// <summary>Tells a failure that ends its thread, and holds that thread until the program has ended, within a bound.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="failure">Tells the program to end.</param>
    /// <param name="ended">Set by the program's end.</param>
    /// <param name="bound">How long its end is waited for; the kernel ends QEMU and the helpers with us then.</param>
    internal static void Fail(Exception? error, CancellationTokenSource failure, ManualResetEventSlim ended, TimeSpan bound)
    {
        Tell(error);
        try
        {
            failure.Cancel();
        }
        catch (AggregateException second)
        {
            Tell(second);
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
        OutOfMemoryException => $"no memory or no thread is left ({Hint})",
        OperationCanceledException => $"it was interrupted ({Hint})",
        _ when FailureReason.ErrnoOf(error) is not null => $"{Subject(error)}{FailureReason.Of(error)} ({Hint})",
        IOException or TimeoutException => $"{error.Message} ({Hint})",
        _ => $"an error of vmspawn itself: {error.GetType().Name}: {error.Message} ({Hint})",
    };

    private static void Tell(Exception? error)
    {
        Report.Error(Sentence(error));
        if (error is not null && Environment.GetEnvironmentVariable(TraceVariable) == "1")
            Output.WriteError($"{error}\n");
    }

    // .NET has the path in its sentence alone, between quotes.
    private static string Subject(Exception error)
    {
        int start = error.Message.IndexOf('\''), end = error.Message.LastIndexOf('\'');
        return start >= 0 && end > start + 1 ? $"{error.Message[(start + 1)..end]}: " : "";
    }
}
