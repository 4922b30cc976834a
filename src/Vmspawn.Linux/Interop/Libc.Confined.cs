using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

internal static partial class Libc
{
    /// <summary>The number of openat2(2), the same on every architecture of .NET.</summary>
    public const nint SYS_openat2 = 437;

    public const ulong RESOLVE_NO_MAGICLINKS = 2;
    public const ulong RESOLVE_IN_ROOT = 0x10;

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial SafeFileHandle SystemCall(nint number, SafeHandle directory, string path, OpenHow* how, nuint size);

    /// <summary><c>struct open_how</c> (linux/openat2.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
