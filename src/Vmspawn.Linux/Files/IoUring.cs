namespace Vmspawn.Linux;

/// <summary>The kernel's queues for asynchronous I/O (io_uring(7)).</summary>
public static class IoUring
{
    /// <summary>Whether this process, and so its children, may create such a queue.</summary>
    /// <remarks>
    /// Tested by creating one: a sysctl (kernel.io_uring_disabled), a seccomp filter or the limit on locked memory may forbid it.
    /// </remarks>
    /// <param name="entries">The queue's number of entries, 1 to 32768.</param>
    public static unsafe bool IsPermitted(uint entries)
    {
        var parameters = stackalloc byte[Libc.IoUringParameterLength];
        new Span<byte>(parameters, Libc.IoUringParameterLength).Clear();
        using var ring = Libc.SystemCall(Libc.SYS_io_uring_setup, entries, parameters);
        return !ring.IsInvalid;
    }
}
