using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// The thread that waits for all descriptors of the process. Uses epoll instead of
/// the sockets of .NET, because pidfds, terminals and pipes must be waited for too.
/// </summary>
internal sealed class EpollLoop
{
    private const int EventsAtOnce = 32;

    /// <summary>The pause between attempts while the thread pool cannot start a thread.</summary>
    private const int RetryMilliseconds = 100;

    private static readonly Lock Gate = new();
    private static EpollLoop? s_shared;
    private readonly Dictionary<long, Readiness> _sources = [];
    private readonly SafeFileHandle _epoll;
    private long _lastKey;
    private bool _hasFailed;

    private EpollLoop()
    {
        _epoll = Libc.EpollCreate(Libc.EPOLL_CLOEXEC);
        if (_epoll.IsInvalid)
            throw LinuxException.Last("epoll_create1");
        try
        {
            StartThread();
        }
        catch
        {
            _epoll.Dispose();
            throw;
        }
    }

    // Created at first use; after a failure the next use tries again.
    public static EpollLoop Shared
    {
        get
        {
            lock (Gate)
                return s_shared ??= new EpollLoop();
        }
    }

    /// <summary>Adds a duplicate of a descriptor with no interest yet.</summary>
    /// <returns>
    /// The duplicate, which the caller owns, and its key; null with a closed duplicate for a file that epoll does not
    /// support because it is always ready.
    /// </returns>
    public (SafeFileHandle Watched, long? Key) Add(SafeHandle descriptor, Readiness source)
    {
        var number = Libc.FileControl(descriptor, Libc.F_DUPFD_CLOEXEC, 0);
        if (number < 0)
            throw LinuxException.Last("fcntl(F_DUPFD_CLOEXEC)");
        var watched = new SafeFileHandle(number, ownsHandle: true);
        var key = Interlocked.Increment(ref _lastKey);
        lock (_sources)
            _sources.Add(key, source);
        var errno = Register(number, key);
        if (errno == Errno.None)
            return (watched, key);
        Forget(key);
        watched.Dispose();
        if (errno == Errno.EPERM)
            return (watched, null);
        throw new LinuxException("epoll_ctl", null, errno);
    }

    public unsafe void Arm(int descriptor, long key, uint events)
    {
        var change = stackalloc byte[EpollEvent.MaxSize];
        EpollEvent.Write(new Span<byte>(change, EpollEvent.MaxSize), events | Libc.EPOLLONESHOT, key);
        if (Libc.EpollControl(_epoll, Libc.EPOLL_CTL_MOD, descriptor, change) != 0)
            throw LinuxException.Last("epoll_ctl");
    }

    public unsafe void Remove(int descriptor, long key)
    {
        Forget(key);
        _ = Libc.EpollControl(_epoll, Libc.EPOLL_CTL_DEL, descriptor, null);
    }

    private unsafe Errno Register(int number, long key)
    {
        var change = stackalloc byte[EpollEvent.MaxSize];
        EpollEvent.Write(new Span<byte>(change, EpollEvent.MaxSize), Libc.EPOLLONESHOT, key);
        return Libc.EpollControl(_epoll, Libc.EPOLL_CTL_ADD, number, change) == 0 ? Errno.None : Libc.LastError;
    }

    private void Forget(long key)
    {
        lock (_sources)
            _sources.Remove(key);
    }

    private void StartThread() => LastingThread.Start("epoll", Run, 128 * 1024);

    // A failure ends the thread and with it the program, but what was started is undone first, and that waits for processes: another
    // thread takes over, once, while this one reports the failure.
    private void Run()
    {
        try
        {
            PassEvents();
        }
        catch when (!_hasFailed)
        {
            _hasFailed = true;
            StartThread();
            throw;
        }
    }

    private unsafe void PassEvents()
    {
        var size = EpollEvent.Size;
        var events = stackalloc byte[EventsAtOnce * EpollEvent.MaxSize];
        var isPoolShort = false;
        while (true)
        {
            if (isPoolShort)
                isPoolShort = !TryPass(null, 0);
            var count = Libc.EpollWait(_epoll, events, EventsAtOnce, isPoolShort ? RetryMilliseconds : -1);
            if (count < 0 && Libc.LastError != Errno.EINTR)
                throw LinuxException.Last("epoll_wait");
            for (var i = 0; i < count; i++)
            {
                (var happened, var key) = EpollEvent.Read(new ReadOnlySpan<byte>(events + (i * size), size));
                Readiness? source;
                lock (_sources)
                    _sources.TryGetValue(key, out source);
                isPoolShort |= !TryPass(source, happened);
            }
        }
    }

    // Continuations run in the thread pool, which may fail to start a thread (a process limit). The work item is in the
    // pool's queue nevertheless, and any further item makes the pool try again.
    private static bool TryPass(Readiness? source, uint happened)
    {
        try
        {
            if (source is not null)
                source.OnEvents(happened);
            else
                ThreadPool.UnsafeQueueUserWorkItem(static _ => { }, null);
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }
}
