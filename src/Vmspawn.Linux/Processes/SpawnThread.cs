namespace Vmspawn.Linux;

/// <summary>
/// The one thread that starts children. A parent-death signal fires when the thread that forked ends (PR_SET_PDEATHSIG
/// in prctl(2)), and threads of a pool do end: so this one never does.
/// </summary>
internal static class SpawnThread
{
    private static readonly Lock Gate = new();
    private static readonly Queue<Action> Work = new();
    private static readonly SemaphoreSlim Ready = new(0);
    private static bool s_started;

    /// <summary>Runs a function there and waits for it.</summary>
    public static T Run<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Gate)
        {
            if (!s_started)
                Start();
            Work.Enqueue(() => Complete(done, function));
        }
        Ready.Release();
        return done.Task.GetAwaiter().GetResult();
    }

    private static void Start()
    {
        KeepExitStatuses();
        new Thread(Loop, maxStackSize: 256 * 1024) { IsBackground = true, Name = "spawn" }.Start();
        s_started = true;
    }

    private static void Loop()
    {
        while (true)
        {
            Ready.Wait();
            Action next;
            lock (Gate)
                next = Work.Dequeue();
            next();
        }
    }

    private static void Complete<T>(TaskCompletionSource<T> done, Func<T> function)
    {
        try
        {
            done.SetResult(function());
        }
        catch (Exception error)
        {
            done.SetException(error);
        }
    }

    // Whoever started us may have left SIGCHLD ignored: then the kernel throws exit statuses away (waitpid(2)).
    private static unsafe void KeepExitStatuses()
    {
        byte* former = stackalloc byte[Libc.SignalActionSize];
        if (Libc.SignalAction((int)Signal.SIGCHLD, null, former) == 0 && *(nint*)former == Libc.SIG_IGN)
            _ = Libc.SetSignalHandler((int)Signal.SIGCHLD, Libc.SIG_DFL);
    }
}
