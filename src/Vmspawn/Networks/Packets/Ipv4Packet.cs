using System.Buffers.Binary;

namespace Vmspawn.Networks.Packets;

/// <summary>An IPv4 packet that is no fragment (RFC 791).</summary>
internal readonly ref struct Ipv4Packet
{
    public const int HeaderSize = 20;
    public const byte Icmp = 1;
    public const byte Udp = 17;

    private const byte TimeToLive = 64;

    private Ipv4Packet(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> payload)
    {
        Protocol = packet[9];
        Source = BinaryPrimitives.ReadUInt32BigEndian(packet[12..]);
        Destination = BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
        Payload = payload;
    }

    public byte Protocol { get; }

    public uint Source { get; }

    public uint Destination { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads the packet in a frame; false when there is none that is complete.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out Ipv4Packet packet)
    {
        packet = default;
        if (frame.Length < Frame.HeaderSize + HeaderSize || Frame.Type(frame) != Frame.Ipv4)
            return false;
        var bytes = frame[Frame.HeaderSize..];
        var (header, total) = ((bytes[0] & 15) * 4, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
        var isFragment = (BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) & 0x3fff) != 0;
        if (bytes[0] >> 4 != 4 || header < HeaderSize || total < header || total > bytes.Length || isFragment)
            return false;
        packet = new Ipv4Packet(bytes, bytes[header..total]);
        return true;
    }

    /// <summary>Makes a frame with a packet; its payload is still to be written.</summary>
    /// <returns>The frame; the payload begins at <see cref="Frame.HeaderSize"/> + <see cref="HeaderSize"/>.</returns>
    public static byte[] Make((EthernetAddress Mac, uint Address) from, (EthernetAddress Mac, uint Address) to, byte protocol, int payload)
    {
        var frame = new byte[Frame.HeaderSize + HeaderSize + payload];
        var header = Frame.Begin(frame, from.Mac, to.Mac, Frame.Ipv4)[..HeaderSize];
        header[0] = 4 << 4 | HeaderSize / 4;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(HeaderSize + payload));
        header[8] = TimeToLive;
        header[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], from.Address);
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], to.Address);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], Checksum(header));
        return frame;
    }

    /// <summary>The Internet checksum (RFC 1071).</summary>
    /// <param name="bytes">The bytes, with zeros in place of the checksum.</param>
    /// <param name="sum">The sum of what else it covers.</param>
    public static ushort Checksum(ReadOnlySpan<byte> bytes, uint sum = 0)
    {
        for (; bytes.Length > 1; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length == 1)
            sum += (uint)bytes[0] << 8;
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
