using System.Buffers.Binary;
using System.Text;
using Vmspawn.Networks;
using Vmspawn.Networks.Packets;

namespace Vmspawn.Tests.Networks;

/// <summary>What guests ask a switch, as frames.</summary>
internal static class Requests
{
    public static byte[] Arp(Lease from, uint wanted)
    {
        var frame = new byte[Frame.HeaderSize + 28];
        var request = Frame.Begin(frame, from.Mac, EthernetAddress.Broadcast, Frame.Arp);
        ((byte[])[0, 1, 8, 0, 6, 4, 0, 1]).CopyTo(request);
        from.Mac.Write(request[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(request[14..], from.Address);
        BinaryPrimitives.WriteUInt32BigEndian(request[24..], wanted);
        return frame;
    }

    public static byte[] Echo(Lease from, NetworkFacts network)
    {
        var frame = Ipv4Packet.Make((from.Mac, from.Address), network.Own, Ipv4Packet.Icmp, 12);
        var echo = frame.AsSpan(Frame.HeaderSize + Ipv4Packet.HeaderSize);
        ((byte[])[8, 0, 0, 0, 0, 1, 0, 2, (byte)'p', (byte)'i', (byte)'n', (byte)'g']).CopyTo(echo);
        BinaryPrimitives.WriteUInt16BigEndian(echo[2..], Ipv4Packet.Checksum(echo));
        return frame;
    }

    public static byte[] DhcpPayload(EthernetAddress mac, byte kind, params byte[] options)
    {
        var request = new byte[240 + 3 + options.Length + 1];
        ((byte[])[1, 1, 6, 0, 0xca, 0xfe, 0xba, 0xbe]).CopyTo(request, 0);
        mac.Write(request.AsSpan(28));
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(236), 0x63825363);
        ((byte[])[53, 1, kind, .. options, 255]).CopyTo(request, 240);
        return request;
    }

    public static byte[] Dhcp(Lease from, NetworkFacts network, byte kind, params byte[] options) =>
        UdpPacket.Make((from.Mac, 0), 68, (EthernetAddress.Broadcast, network.Broadcast | uint.MaxValue), 67, DhcpPayload(from.Mac, kind, options));

    public static byte[] DnsPayload(string name, ushort kind) =>
    [
        0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
        .. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0,
        (byte)(kind >> 8), (byte)kind, 0, 1,
    ];

    public static byte[] Dns(Lease from, NetworkFacts network, string name, ushort kind) =>
        UdpPacket.Make((from.Mac, from.Address), 40000, network.Own, 53, DnsPayload(name, kind));
}
