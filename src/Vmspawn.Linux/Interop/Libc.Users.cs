using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

internal static partial class Libc
{
    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport(Library, EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int GetPassword(string name, Password* entry, byte* buffer, nuint size, Password** found);

    [LibraryImport(Library, EntryPoint = "getspnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int GetShadow(string name, ShadowPassword* entry, byte* buffer, nuint size, ShadowPassword** found);

    /// <summary><c>struct passwd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Password
    {
        public byte* Name;
        public byte* Unused;
        public uint UserId;
        public uint GroupId;
        public byte* Description;
        public byte* Home;
        public byte* Shell;
    }

    /// <summary><c>struct spwd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct ShadowPassword
    {
        public byte* Name;
        public byte* Hashed;
        public fixed long Days[6];
        public nuint Flags;
    }
}
