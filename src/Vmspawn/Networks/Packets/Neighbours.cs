using System.Buffers.Binary;

namespace Vmspawn.Networks.Packets;

/// <summary>The switch's answers about its own address: ARP (RFC 826) and ping (RFC 792).</summary>
internal static class Neighbours
{
    private const int ArpSize = 28;
    private const byte EchoRequest = 8;

    /// <summary>The reply to a request for the switch's MAC address, or null.</summary>
    public static byte[]? AnswerArp(ReadOnlySpan<byte> frame, (EthernetAddress Mac, uint Address) own)
    {
        if (frame.Length < Frame.HeaderSize + ArpSize || Frame.Type(frame) != Frame.Arp)
            return null;
        var request = frame[Frame.HeaderSize..];
        // Ethernet, IPv4, the sizes of their addresses, request.
        if (!request[..8].SequenceEqual<byte>([0, 1, 8, 0, 6, 4, 0, 1]) || BinaryPrimitives.ReadUInt32BigEndian(request[24..]) != own.Address)
            return null;
        var answer = new byte[Frame.HeaderSize + ArpSize];
        var reply = Frame.Begin(answer, own.Mac, Frame.Source(frame), Frame.Arp);
        request[..8].CopyTo(reply);
        reply[7] = 2;
        own.Mac.Write(reply[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(reply[14..], own.Address);
        request.Slice(8, 10).CopyTo(reply[18..]);
        return answer;
    }

    /// <summary>The reply to a ping, or null.</summary>
    public static byte[]? AnswerEcho(ReadOnlySpan<byte> frame, Ipv4Packet packet, (EthernetAddress Mac, uint Address) own)
    {
        if (packet.Protocol != Ipv4Packet.Icmp || packet.Payload.Length < 8 || packet.Payload[0] != EchoRequest)
            return null;
        var answer = Ipv4Packet.Make(own, (Frame.Source(frame), packet.Source), Ipv4Packet.Icmp, packet.Payload.Length);
        var reply = answer.AsSpan(Frame.HeaderSize + Ipv4Packet.HeaderSize);
        packet.Payload.CopyTo(reply);
        reply[..4].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(reply[2..], Ipv4Packet.Checksum(reply));
        return answer;
    }
}
