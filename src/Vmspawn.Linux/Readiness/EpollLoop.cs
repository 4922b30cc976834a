using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// The one thread that waits for every descriptor of the process. An epoll of our own instead of
/// <see cref="System.Net.Sockets.Socket"/>, since pidfds, terminals and pipes must be waited for too.
/// </summary>
internal sealed class EpollLoop
{
    private const int EventsAtOnce = 32;
    private static readonly Lazy<EpollLoop> TheOne = new(() => new EpollLoop());
    private readonly Dictionary<long, Readiness> _sources = [];
    private readonly SafeFileHandle _epoll;
    private long _lastKey;

    private EpollLoop()
    {
        _epoll = Libc.EpollCreate(Libc.EPOLL_CLOEXEC);
        if (_epoll.IsInvalid)
            throw LinuxException.Last("epoll_create1");
        new Thread(Run, maxStackSize: 128 * 1024) { IsBackground = true, Name = "epoll" }.Start();
    }

    public static EpollLoop Shared => TheOne.Value;

    /// <summary>Adds a descriptor with no interest yet.</summary>
    /// <returns>Its key, or null for a file that epoll does not take since it is always ready.</returns>
    public unsafe long? Add(int descriptor, Readiness source)
    {
        long key = Interlocked.Increment(ref _lastKey);
        byte* change = stackalloc byte[EpollEvent.MaxSize];
        EpollEvent.Write(new Span<byte>(change, EpollEvent.MaxSize), Libc.EPOLLONESHOT, key);
        lock (_sources)
            _sources.Add(key, source);
        if (Libc.EpollControl(_epoll, Libc.EPOLL_CTL_ADD, descriptor, change) == 0)
            return key;
        Errno errno = Libc.LastError;
        Forget(key);
        return errno == Errno.EPERM ? null : throw new LinuxException("epoll_ctl", null, errno);
    }

    public unsafe void Arm(int descriptor, long key, uint events)
    {
        byte* change = stackalloc byte[EpollEvent.MaxSize];
        EpollEvent.Write(new Span<byte>(change, EpollEvent.MaxSize), events | Libc.EPOLLONESHOT, key);
        if (Libc.EpollControl(_epoll, Libc.EPOLL_CTL_MOD, descriptor, change) != 0)
            throw LinuxException.Last("epoll_ctl");
    }

    public unsafe void Remove(int descriptor, long key)
    {
        Forget(key);
        _ = Libc.EpollControl(_epoll, Libc.EPOLL_CTL_DEL, descriptor, null);
    }

    private void Forget(long key)
    {
        lock (_sources)
            _sources.Remove(key);
    }

    private unsafe void Run()
    {
        int size = EpollEvent.Size;
        byte* events = stackalloc byte[EventsAtOnce * EpollEvent.MaxSize];
        while (true)
        {
            int count = Libc.EpollWait(_epoll, events, EventsAtOnce, -1);
            if (count < 0 && Libc.LastError != Errno.EINTR)
                throw LinuxException.Last("epoll_wait");
            for (int i = 0; i < count; i++)
            {
                (uint happened, long key) = EpollEvent.Read(new ReadOnlySpan<byte>(events + (i * size), size));
                Readiness? source;
                lock (_sources)
                    _sources.TryGetValue(key, out source);
                source?.OnEvents(happened);
            }
        }
    }
}
