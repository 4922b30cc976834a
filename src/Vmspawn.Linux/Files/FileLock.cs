using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>Advisory locks: ours on whole files (flock(2)), and a look at others' on ranges (fcntl_locking(2)).</summary>
public static class FileLock
{
    /// <summary>Locks a file until every descriptor of this open is closed; does not wait.</summary>
    /// <returns>False when someone else holds a lock.</returns>
    /// <exception cref="LinuxException">The file cannot be locked.</exception>
    public static bool TryLockExclusive(SafeHandle file) => TryLock(file, Libc.LOCK_EX);

    /// <summary>The same, together with others who do.</summary>
    /// <returns>False when someone else holds an exclusive lock.</returns>
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

    /// <summary>Whether another open of the file holds a lock on a range; QEMU's image locks are such.</summary>
    /// <param name="file">Our own open of it.</param>
    /// <param name="start">The first byte, 0 or more; it need not exist.</param>
    /// <param name="length">How many bytes; 0 is all to the end.</param>
    /// <param name="exclusiveOnly">Whether a shared lock does not count.</param>
    /// <exception cref="LinuxException">The file system knows no locks.</exception>
    public static unsafe bool IsRangeLocked(SafeHandle file, long start, long length, bool exclusiveOnly = false)
    {
        // The question is whether our lock would collide: a shared one does so with exclusive ones alone.
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
