namespace Vmspawn.Linux;

/// <summary>Threads that run until the process ends.</summary>
internal static class LastingThread
{
    /// <summary>Starts a thread.</summary>
    /// <exception cref="LinuxException">No thread or memory is available (EAGAIN): RLIMIT_NPROC, TasksMax= or pids.max.</exception>
    public static void Start(string name, ThreadStart work, int stackSize)
    {
        try
        {
            new Thread(work, stackSize) { IsBackground = true, Name = name }.Start();
        }
        catch (Exception error) when (error is OutOfMemoryException or ThreadStartException)
        {
            throw new LinuxException("clone", $"the thread \"{name}\"", Errno.EAGAIN);
        }
    }
}
