using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

internal static partial class Libc
{
    public const int F_GETFL = 3;
    public const int F_SETFL = 4;
    public const int F_OFD_GETLK = 36;
    public const short F_RDLCK = 0;
    public const short F_WRLCK = 1;
    public const short F_UNLCK = 2;
    public const int LOCK_SH = 1;
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const uint MFD_CLOEXEC = 1;
    public const uint RENAME_NOREPLACE = 1;
    public const long TMPFS_MAGIC = 0x01021994;
    public const long RAMFS_MAGIC = 0x858458f6;

    /// <summary>Size of a block device in bytes, as a 64-bit number (linux/fs.h).</summary>
    public const nuint BLKGETSIZE64 = 0x80081272;

    [LibraryImport(Library, EntryPoint = "fnmatch", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FileNameMatch(string pattern, string text, int flags);

    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport(Library, EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle MemoryFileCreate(string name, uint flags);

    [LibraryImport(Library, EntryPoint = "mkostemp", SetLastError = true)]
    public static unsafe partial SafeFileHandle MakeTemporary(byte* template, int flags);

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true)]
    public static unsafe partial int Unlink(byte* path);

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    public static unsafe partial int FileSystemStatus(SafeHandle file, FileSystemBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int LockFile(SafeHandle file, int operation);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static unsafe partial int FileControl(SafeHandle file, int command, void* argument);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(SafeHandle file, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static unsafe partial int Control(SafeHandle file, nuint request, void* argument);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeHandle file, nuint request, nint argument);

    /// <summary><c>struct statfs</c> of 64-bit Linux, s390 excepted (asm-generic/statfs.h).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileSystemBuffer
    {
        [FieldOffset(0)] public long Type;
        [FieldOffset(16)] public ulong Blocks;
        [FieldOffset(32)] public ulong Available;
        [FieldOffset(72)] public long FragmentSize;
    }

    /// <summary><c>struct flock</c> of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    public struct RecordLock
    {
        [FieldOffset(0)] public short Type;
        [FieldOffset(2)] public short Whence;
        [FieldOffset(8)] public long Start;
        [FieldOffset(16)] public long Length;
        [FieldOffset(24)] public int ProcessId;
    }
}
