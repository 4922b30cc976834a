using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>The C library, glibc 2.34 or later, on 64-bit Linux. One file a subject.</summary>
internal static partial class Libc
{
    private const string Library = "libc";

    /// <summary>The error number that the last call on this thread left.</summary>
    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();
}
