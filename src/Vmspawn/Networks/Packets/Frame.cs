using System.Buffers.Binary;

namespace Vmspawn.Networks.Packets;

/// <summary>Ethernet frames without their checksum, as QEMU sends and receives them.</summary>
internal static class Frame
{
    public const int HeaderSize = 14;

    /// <summary>The largest that is forwarded: 9000 bytes of payload and a VLAN tag fit.</summary>
    public const int LargestSize = 9216;

    public const ushort Ipv4 = 0x0800;
    public const ushort Arp = 0x0806;

    public static EthernetAddress Destination(ReadOnlySpan<byte> frame) => EthernetAddress.Read(frame);

    public static EthernetAddress Source(ReadOnlySpan<byte> frame) => EthernetAddress.Read(frame[EthernetAddress.Size..]);

    public static ushort Type(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);

    /// <summary>Writes the header.</summary>
    /// <returns>The rest of the frame.</returns>
    public static Span<byte> Begin(Span<byte> frame, EthernetAddress from, EthernetAddress to, ushort type)
    {
        to.Write(frame);
        from.Write(frame[EthernetAddress.Size..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], type);
        return frame[HeaderSize..];
    }
}
