namespace Vmspawn.Linux;

/// <summary>Context ids of vsock addresses (vsock(7), &lt;linux/vm_sockets.h&gt;).</summary>
public static class VsockCid
{
    /// <summary>The host (<c>VMADDR_CID_HOST</c>).</summary>
    public const uint Host = 2;

    /// <summary>The lowest one for guests.</summary>
    public const uint First = 3;

    /// <summary>The highest one for guests; the next number is <c>VMADDR_CID_ANY</c>.</summary>
    public const uint Last = uint.MaxValue - 1;
}
