namespace Vmspawn.Linux;

/// <summary>The kernel's queues for asynchronous I/O (io_uring(7)).</summary>
public static class IoUring
{
    /// <summary>Whether this process, and thereby its children, may have such a queue.</summary>
    /// <remarks>
    /// Asked by making one: a sysctl (kernel.io_uring_disabled), a seccomp filter or a limit on locked memory may each forbid it.
    /// </remarks>
    /// <param name="entries">How many requests it is to hold, 1 to 32768.</param>
    public static unsafe bool IsPermitted(uint entries)
    {
        var parameters = stackalloc byte[Libc.IoUringParameterLength];
        new Span<byte>(parameters, Libc.IoUringParameterLength).Clear();
        using var ring = Libc.SystemCall(Libc.SYS_io_uring_setup, entries, parameters);
        return !ring.IsInvalid;
    }
}
