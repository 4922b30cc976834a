namespace Vmspawn.Control;

/// <summary>
/// The pool's threads, made while the VM starts. A pool that has to make a thread for a client's call, and cannot for a limit
/// of the host (RLIMIT_NPROC, TasksMax=), throws in the thread that hands the work over, which ends the program and the VM.
/// </summary>
/// <remarks>The command line's project keeps as many alive (ThreadsToKeepAlive), which by default end after 20 idle seconds.</remarks>
internal static class WorkerThreads
{
    /// <summary>A supervisor waits nearly always; no work of it blocks a thread for long.</summary>
    private const int Count = 4;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(1);

    /// <summary>Makes them all, and lets the pool make no others.</summary>
    public static void Reserve()
    {
        ThreadPool.GetMinThreads(out _, out var leastPorts);
        ThreadPool.GetMaxThreads(out _, out var mostPorts);
        if (!ThreadPool.SetMinThreads(Count, leastPorts) || !ThreadPool.SetMaxThreads(Count, mostPorts))
            return;
        var waiting = new CountdownEvent(Count);
        try
        {
            // Each holds its thread until all have one.
            for (var i = 0; i < Count; i++)
                ThreadPool.UnsafeQueueUserWorkItem(_ => Hold(waiting), state: null);
        }
        catch (OutOfMemoryException)
        {
            // The limit is met already. What there is must do.
        }
    }

    private static void Hold(CountdownEvent waiting)
    {
        waiting.Signal();
        waiting.Wait(StartLimit);
    }
}
