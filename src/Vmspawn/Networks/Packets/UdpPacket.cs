using System.Buffers.Binary;

namespace Vmspawn.Networks.Packets;

/// <summary>A UDP datagram in an IPv4 packet (RFC 768).</summary>
internal readonly ref struct UdpPacket
{
    private const int HeaderSize = 8;

    private UdpPacket(Ipv4Packet packet)
    {
        (Source, Destination) = (packet.Source, packet.Destination);
        SourcePort = BinaryPrimitives.ReadUInt16BigEndian(packet.Payload);
        DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(packet.Payload[2..]);
        Payload = packet.Payload[HeaderSize..BinaryPrimitives.ReadUInt16BigEndian(packet.Payload[4..])];
    }

    public uint Source { get; }

    public uint Destination { get; }

    public ushort SourcePort { get; }

    public ushort DestinationPort { get; }

    public ReadOnlySpan<byte> Payload { get; }

    public static bool TryRead(Ipv4Packet packet, out UdpPacket datagram)
    {
        datagram = default;
        if (packet.Protocol != Ipv4Packet.Udp || packet.Payload.Length < HeaderSize)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(packet.Payload[4..]);
        if (length < HeaderSize || length > packet.Payload.Length)
            return false;
        datagram = new UdpPacket(packet);
        return true;
    }

    /// <summary>The whole frame.</summary>
    public static byte[] Make(
        (EthernetAddress Mac, uint Address) from, ushort fromPort, (EthernetAddress Mac, uint Address) to, ushort toPort, ReadOnlySpan<byte> payload)
    {
        var length = HeaderSize + payload.Length;
        var frame = Ipv4Packet.Make(from, to, Ipv4Packet.Udp, length);
        var datagram = frame.AsSpan(Frame.HeaderSize + Ipv4Packet.HeaderSize);
        BinaryPrimitives.WriteUInt16BigEndian(datagram, fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], toPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[4..], (ushort)length);
        payload.CopyTo(datagram[HeaderSize..]);
        var pseudoHeader = (from.Address >> 16) + (from.Address & 0xffff) + (to.Address >> 16) + (to.Address & 0xffff) + Ipv4Packet.Udp + (uint)length;
        var checksum = Ipv4Packet.Checksum(datagram, pseudoHeader);
        // Zero means that there is none.
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], checksum == 0 ? (ushort)0xffff : checksum);
        return frame;
    }
}
