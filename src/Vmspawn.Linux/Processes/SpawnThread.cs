using System.Runtime.ExceptionServices;

namespace Vmspawn.Linux;

/// <summary>
/// The only thread that starts children. A parent-death signal is sent when the thread that forked ends (PR_SET_PDEATHSIG
/// in prctl(2)), and pool threads end; this thread never does.
/// </summary>
internal static class SpawnThread
{
    private static readonly Lock Gate = new();
    private static readonly Queue<Job> Work = new();
    private static readonly SemaphoreSlim Ready = new(0);
    private static bool s_started;

    /// <summary>Runs a function on the thread and waits for it. The function must have a time limit.</summary>
    public static T Run<T>(Func<T> function)
    {
        T result = default!;
        var job = new Job(() => result = function());
        lock (Gate)
        {
            if (!s_started)
                Start();
            Work.Enqueue(job);
        }
        Ready.Release();
        job.WaitUntilDone();
        return result;
    }

    private static void Start()
    {
        KeepExitStatuses();
        LastingThread.Start("spawn", Loop, 256 * 1024);
        s_started = true;
    }

    private static void Loop()
    {
        while (true)
        {
            // A wait that blocks is right here: this thread has nothing else to do, and after an await the loop would go on on a thread of the pool, whose end would kill the children.
            Ready.Wait();
            Job next;
            lock (Gate)
                next = Work.Dequeue();
            next.Run();
        }
    }

    // The parent process may have ignored SIGCHLD, which makes the kernel discard exit statuses (waitpid(2)).
    private static unsafe void KeepExitStatuses()
    {
        var former = stackalloc byte[Libc.SignalActionSize];
        if (Libc.SignalAction((int)Signal.SIGCHLD, null, former) == 0 && *(nint*)former == Libc.SIG_IGN)
            _ = Libc.SetSignalHandler((int)Signal.SIGCHLD, Libc.SIG_DFL);
    }

    /// <summary>A function to run and its failure, which is rethrown to the waiting caller.</summary>
    private sealed class Job(Action work)
    {
        private readonly object _gate = new();
        private bool _isDone;
        private ExceptionDispatchInfo? _failure;

        public void Run()
        {
            try
            {
                work();
            }
            catch (Exception error)
            {
                _failure = ExceptionDispatchInfo.Capture(error);
            }

            lock (_gate)
            {
                _isDone = true;
                Monitor.Pulse(_gate);
            }
        }

        public void WaitUntilDone()
        {
            lock (_gate)
            {
                while (!_isDone)
                    Monitor.Wait(_gate);
            }

            _failure?.Throw();
        }
    }
}
