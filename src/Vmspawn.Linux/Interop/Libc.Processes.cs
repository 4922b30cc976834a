using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

internal static partial class Libc
{
    // Sizes that are larger than the C library's opaque structures (spawn.h, bits/types/sigset_t.h).
    public const int SpawnAttributesSize = 512;
    public const int FileActionsSize = 256;
    public const int SignalSetSize = 128;
    public const int SignalActionSize = 256;
    public const int SignalInfoSize = 128;

    public const short POSIX_SPAWN_SETPGROUP = 0x02;
    public const short POSIX_SPAWN_SETSID = 0x80;
    public const short POSIX_SPAWN_SETSIGDEF = 0x04;
    public const short POSIX_SPAWN_SETSIGMASK = 0x08;
    public const int P_PIDFD = 3;
    public const int WNOHANG = 1;
    public const int WSTOPPED = 2;
    public const int WEXITED = 4;
    public const int WNOWAIT = 0x01000000;
    public const int CLD_EXITED = 1;
    public const int PR_SET_PDEATHSIG = 1;
    public const int SIG_SETMASK = 2;
    public const nint SIG_DFL = 0;
    public const nint SIG_IGN = 1;
    public const nint SIG_ERR = -1;
    public const int X_OK = 1;

    // System calls without a wrapper in the oldest supported C library; the numbers are the same on all architectures.
    private const long PidfdSendSignalNumber = 424;
    private const long PidfdOpenNumber = 434;

    [LibraryImport(Library, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int Spawn(
        int* processId, string path, byte* fileActions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_init")]
    public static unsafe partial int SpawnAttributesInit(byte* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_destroy")]
    public static unsafe partial int SpawnAttributesDestroy(byte* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setflags")]
    public static unsafe partial int SpawnAttributesSetFlags(byte* attributes, short flags);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigdefault")]
    public static unsafe partial int SpawnAttributesSetDefaultSignals(byte* attributes, byte* signals);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigmask")]
    public static unsafe partial int SpawnAttributesSetSignalMask(byte* attributes, byte* signals);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    public static unsafe partial int FileActionsInit(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    public static unsafe partial int FileActionsDestroy(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static unsafe partial int FileActionsAddDuplicate(byte* actions, int from, int to);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addclose")]
    public static unsafe partial int FileActionsAddClose(byte* actions, int descriptor);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    public static unsafe partial int FileActionsAddCloseFrom(byte* actions, int first);

    [LibraryImport(Library, EntryPoint = "waitid", SetLastError = true)]
    public static unsafe partial int WaitId(int kind, SafeHandle pidfd, byte* result, int options);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    public static unsafe partial int WaitPid(int processId, int* status, int options);

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int processId, int signal);

    [LibraryImport(Library, EntryPoint = "getppid")]
    public static partial int ParentProcessId();

    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport(Library, EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int Execute(string path, byte** arguments);

    [LibraryImport(Library, EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport(Library, EntryPoint = "sigfillset")]
    public static unsafe partial int FillSignalSet(byte* signals);

    [LibraryImport(Library, EntryPoint = "sigprocmask", SetLastError = true)]
    public static unsafe partial int SignalMask(int how, byte* signals, byte* former);

    [LibraryImport(Library, EntryPoint = "sigaction", SetLastError = true)]
    public static unsafe partial int SignalAction(int signal, byte* action, byte* former);

    [LibraryImport(Library, EntryPoint = "signal", SetLastError = true)]
    public static partial nint SetSignalHandler(int signal, nint handler);

    public static SafeFileHandle PidfdOpen(int processId) =>
        new((nint)SystemCall(PidfdOpenNumber, processId, 0, 0, 0), ownsHandle: true);

    public static int PidfdSendSignal(SafeHandle pidfd, int signal) =>
        (int)SystemCall(PidfdSendSignalNumber, pidfd, signal, 0, 0);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long argument1, long argument2, nint argument3, long argument4);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, SafeHandle argument1, long argument2, nint argument3, long argument4);
}
