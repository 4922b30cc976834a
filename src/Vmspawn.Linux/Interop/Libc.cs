using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>The C library, glibc 2.34 or later, on 64-bit Linux. One file per subject.</summary>
internal static partial class Libc
{
    private const string Library = "libc";

    /// <summary>The error number of the last call on this thread.</summary>
    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();
}
