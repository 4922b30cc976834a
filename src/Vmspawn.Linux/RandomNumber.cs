namespace Vmspawn.Linux;

/// <summary>Random numbers of the kernel (getrandom(2)): without a descriptor, which .NET's own sources need, and without OpenSSL.</summary>
public static class RandomNumber
{
    /// <summary>A number that nobody can predict.</summary>
    /// <exception cref="LinuxException">The kernel has none, or a filter forbids the call.</exception>
    public static unsafe ulong Next()
    {
        ulong number;
        // getrandom(2) returns up to 256 bytes completely.
        while (Libc.GetRandom(&number, sizeof(ulong), 0) != sizeof(ulong))
        {
            if (Libc.LastError != Errno.EINTR)
                throw LinuxException.Last("getrandom");
        }

        return number;
    }
}
