using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

internal static partial class Libc
{
    [LibraryImport(Library, EntryPoint = "getrandom", SetLastError = true)]
    public static unsafe partial nint GetRandom(void* buffer, nuint length, uint flags);
}
