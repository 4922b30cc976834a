namespace Vmspawn.Cli.Running;

/// <summary>
/// The pool's threads, made before anything is started. The runtime aborts where it cannot make the pool's own thread, a pool that has no worker and
/// cannot make one because of a limit of the host (RLIMIT_NPROC, TasksMax=) hangs without a message, and one that cannot make a further worker
/// throws in the thread that hands the work over.
/// </summary>
/// <remarks>The project keeps as many alive (ThreadsToKeepAlive), which by default end after 20 idle seconds.</remarks>
internal static class WorkerThreads
{
    /// <summary>A supervisor waits nearly always; no work of it blocks a thread for long.</summary>
    private const int Count = 4;

    /// <summary>The pool's own, a worker, the timer's and one more: without these nothing can report a failure. Each costs a tenth of a millisecond.</summary>
    private const int Needed = 4;

    /// <summary>One directory a thread.</summary>
    private const string Own = "/proc/self/task";

    private const int SmallStack = 64 << 10;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(1);

    /// <summary>Makes the workers, and lets the pool make no others.</summary>
    /// <returns>Whether there are enough to report what fails.</returns>
    public static bool TryReserve()
    {
        if (!HasRoom())
            return false;
        ThreadPool.GetMinThreads(out _, out var leastPorts);
        ThreadPool.GetMaxThreads(out _, out var mostPorts);
        if (!ThreadPool.SetMinThreads(Count, leastPorts) || !ThreadPool.SetMaxThreads(Count, mostPorts))
            return true;
        var waiting = new CountdownEvent(Count);
        // Each holds its thread until all have one.
        for (var i = 0; i < Count; i++)
            ThreadPool.UnsafeQueueUserWorkItem(_ => Hold(waiting), state: null);
        // The first is made by the call that hands over the first work, which reports no failure.
        return ThreadPool.ThreadCount > 0;
    }

    private static void Hold(CountdownEvent waiting)
    {
        waiting.Signal();
        waiting.Wait(StartLimit);
    }

    /// <summary>Tries it with threads that do nothing: a failure to start one of these can be caught.</summary>
    private static bool HasRoom()
    {
        var before = Threads();
        // Never disposed: on a busy host a thread may come to it late.
        var release = new ManualResetEventSlim();
        var tried = new List<Thread>();
        try
        {
            for (var i = 0; i < Needed; i++)
            {
                var thread = new Thread(release.Wait, SmallStack) { IsBackground = true };
                thread.Start();
                tried.Add(thread);
            }

            return true;
        }
        catch (Exception error) when (error is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
        finally
        {
            release.Set();
            foreach (var thread in tried)
                thread.Join(StartLimit);
            // The kernel counts a thread until after its join.
            for (var wait = new SpinWait(); Threads() > before && wait.Count < 1000;)
                wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>0 where /proc is not mounted, which is a problem of its own.</summary>
    private static int Threads() => Directory.Exists(Own) ? Directory.GetDirectories(Own).Length : 0;
}
