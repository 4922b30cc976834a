using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

internal static partial class Libc
{
    public const int AF_INET = 2;
    public const int SOCK_DGRAM = 2;

    // linux/if_tun.h, linux/if.h, linux/sockios.h
    public const nuint TUNSETIFF = 0x400454ca;
    public const nuint SIOCGIFFLAGS = 0x8913;
    public const nuint SIOCSIFFLAGS = 0x8914;
    public const nuint SIOCGIFINDEX = 0x8933;
    public const nuint SIOCBRADDIF = 0x89a2;
    public const short IFF_UP = 0x1;
    public const short IFF_TAP = 0x2;
    public const short IFF_NO_PI = 0x1000;
    public const short IFF_VNET_HDR = 0x4000;

    /// <summary><c>struct ifreq</c> (netdevice(7)).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    public struct InterfaceRequest
    {
        [FieldOffset(0)] public InterfaceName Name;
        [FieldOffset(16)] public short Flags;
        [FieldOffset(16)] public int Index;
    }

    /// <summary>NUL-terminated.</summary>
    [InlineArray(16)]
    public struct InterfaceName
    {
        private byte _first;
    }
}
