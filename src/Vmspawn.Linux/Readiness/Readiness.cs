using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// Waits until a descriptor can be read or written without blocking: a socket, pipe, terminal or pidfd. A regular
/// file is always ready. At most one waiter for each direction and one for the hang-up. The descriptor's flags are not changed, so it may
/// be shared with other processes.
/// </summary>
/// <remarks>Readiness is a hint: the read or write must be non-blocking, or the caller must be the only reader.</remarks>
public sealed class Readiness : IDisposable
{
    private const uint Ended = Libc.EPOLLERR | Libc.EPOLLHUP;
    private readonly Lock _lock = new();
    private readonly SafeHandle _watched;
    private readonly int _number;
    private readonly long? _key;
    private TaskCompletionSource? _reader;
    private TaskCompletionSource? _writer;
    private TaskCompletionSource? _hangUp;
    private bool _disposed;

    /// <summary>
    /// Watches a descriptor through a duplicate, which is closed on disposal, so that the same one may be watched
    /// twice, and its number cannot be reused for another file meanwhile.
    /// </summary>
    /// <exception cref="LinuxException">The descriptor cannot be watched.</exception>
    public Readiness(SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        (_watched, _key) = EpollLoop.Shared.Add(descriptor, this);
        _number = (int)_watched.DangerousGetHandle();
    }

    /// <summary>Completes when a read would not block: on data, end of file or error.</summary>
    /// <exception cref="ObjectDisposedException">Disposed, before or meanwhile.</exception>
    public Task WaitReadableAsync(CancellationToken cancellationToken = default) =>
        WaitAsync(ref _reader, cancellationToken);

    /// <summary>Completes when a write would not block: on room or a closed peer.</summary>
    /// <exception cref="ObjectDisposedException">Disposed, before or meanwhile.</exception>
    public Task WaitWritableAsync(CancellationToken cancellationToken = default) =>
        WaitAsync(ref _writer, cancellationToken);

    /// <summary>
    /// Completes when both directions are closed, whatever is still to be read. A regular file has no hang-up and completes at once.
    /// </summary>
    /// <exception cref="ObjectDisposedException">Disposed, before or meanwhile.</exception>
    public Task WaitHangUpAsync(CancellationToken cancellationToken = default) =>
        WaitAsync(ref _hangUp, cancellationToken);

    /// <summary>Stops watching; pending waits throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (_key is { } key)
                EpollLoop.Shared.Remove(_number, key);
            _watched.Dispose();
            FailAll(new ObjectDisposedException(nameof(Readiness)));
        }
    }

    internal void OnEvents(uint events)
    {
        TaskCompletionSource? reader = null, writer = null, hangUp = null;
        lock (_lock)
        {
            if (_disposed)
                return;
            if ((events & (Libc.EPOLLIN | Libc.EPOLLRDHUP | Ended)) != 0)
                (reader, _reader) = (_reader, null);
            if ((events & (Libc.EPOLLOUT | Ended)) != 0)
                (writer, _writer) = (_writer, null);
            if ((events & Ended) != 0)
                (hangUp, _hangUp) = (_hangUp, null);
            try
            {
                Arm();
            }
            catch (LinuxException failure)
            {
                // The kernel will report nothing to those that still wait.
                FailAll(failure);
            }
        }
        reader?.TrySetResult();
        writer?.TrySetResult();
        hangUp?.TrySetResult();
    }

    // Continuations run elsewhere, so this may be done with the lock held.
    private void FailAll(Exception reason)
    {
        foreach (var waiter in (TaskCompletionSource?[])[_reader, _writer, _hangUp])
            waiter?.TrySetException(reason);
        (_reader, _writer, _hangUp) = (null, null, null);
    }

    private Task WaitAsync(ref TaskCompletionSource? place, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource waiter;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_key is null)
                return Task.CompletedTask;
            if (place is { Task.IsCompleted: false })
                throw new InvalidOperationException("Another caller waits for this descriptor already.");
            place = waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Arm();
        }
        return cancellationToken.CanBeCanceled ? WithCancellationAsync(waiter, cancellationToken) : waiter.Task;
    }

    private static async Task WithCancellationAsync(TaskCompletionSource waiter, CancellationToken cancellationToken)
    {
        // A cancelled waiter stays registered; the next one replaces it.
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), waiter);
        await waiter.Task.ConfigureAwait(false);
    }

    private void Arm()
    {
        var events = (_reader is null ? 0 : Libc.EPOLLIN | Libc.EPOLLRDHUP) | (_writer is null ? 0 : Libc.EPOLLOUT);
        // The kernel reports a hang-up of an armed descriptor without being asked for it (epoll_ctl(2)).
        if (events != 0 || _hangUp is not null)
            EpollLoop.Shared.Arm(_number, _key!.Value, events);
    }
}
