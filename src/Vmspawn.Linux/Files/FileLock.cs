using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>Advisory locks: takes locks on whole files (flock(2)), and checks other processes' locks on ranges (fcntl_locking(2)).</summary>
public static class FileLock
{
    /// <summary>Locks a file until all descriptors of this open file description are closed; does not wait.</summary>
    /// <returns>False when another process holds a lock.</returns>
    /// <exception cref="LinuxException">The file cannot be locked.</exception>
    public static bool TryLockExclusive(SafeHandle file) => TryLock(file, Libc.LOCK_EX);

    /// <summary>Takes a shared lock.</summary>
    /// <returns>False when another process holds an exclusive lock.</returns>
    /// <exception cref="LinuxException">The file cannot be locked.</exception>
    public static bool TryLockShared(SafeHandle file) => TryLock(file, Libc.LOCK_SH);

    private static bool TryLock(SafeHandle file, int kind)
    {
        while (Libc.LockFile(file, kind | Libc.LOCK_NB) != 0)
        {
            if (Libc.LastError == Errno.EAGAIN)
                return false;
            if (Libc.LastError != Errno.EINTR)
                throw LinuxException.Last("flock");
        }
        return true;
    }

    /// <summary>Whether another open file description holds a lock on a range, as QEMU's image locks do.</summary>
    /// <param name="file">The file.</param>
    /// <param name="start">The first byte, 0 or more; it need not exist.</param>
    /// <param name="length">The number of bytes; 0 means to the end.</param>
    /// <param name="exclusiveOnly">Whether to ignore shared locks.</param>
    /// <exception cref="LinuxException">The file system has no locks.</exception>
    public static unsafe bool IsRangeLocked(SafeHandle file, long start, long length, bool exclusiveOnly = false)
    {
        // F_OFD_GETLK tests whether a lock would conflict: a shared lock conflicts with exclusive ones only.
        Libc.RecordLock question = new()
        {
            Type = exclusiveOnly ? Libc.F_RDLCK : Libc.F_WRLCK,
            Start = start,
            Length = length,
        };
        if (Libc.FileControl(file, Libc.F_OFD_GETLK, &question) != 0)
            throw LinuxException.Last("fcntl(F_OFD_GETLK)");
        return question.Type != Libc.F_UNLCK;
    }
}
