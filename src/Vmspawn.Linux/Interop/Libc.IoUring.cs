using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

internal static partial class Libc
{
    /// <summary>The number of io_uring_setup(2), the same on every architecture of .NET.</summary>
    public const nint SYS_io_uring_setup = 425;

    /// <summary>Bytes of <c>struct io_uring_params</c> (linux/io_uring.h).</summary>
    public const int IoUringParameterLength = 120;

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static unsafe partial SafeFileHandle SystemCall(nint number, nuint entries, void* parameters);
}
