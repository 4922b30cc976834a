using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

internal static partial class Libc
{
    public const int AF_VSOCK = 40;

    /// <summary><c>VHOST_VSOCK_SET_GUEST_CID</c> of linux/vhost.h.</summary>
    public const nuint VHOST_VSOCK_SET_GUEST_CID = 0x4008af60;

    [LibraryImport(Library, EntryPoint = "accept4", SetLastError = true)]
    public static unsafe partial Microsoft.Win32.SafeHandles.SafeFileHandle Accept(SafeHandle socket, VsockAddress* address, uint* length, int flags);

    /// <summary><c>struct sockaddr_vm</c> (vsock(7)).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct VsockAddress(uint cid, uint port)
    {
        public static readonly uint Size = (uint)Unsafe.SizeOf<VsockAddress>();

        public ushort Family = AF_VSOCK;
        public ushort Reserved;
        public uint Port = port;
        public uint Cid = cid;
        public uint Rest;
    }
}
