using System.Buffers.Binary;
using System.Text;

namespace Vmspawn.Networks.Packets;

/// <summary>Answers DHCP requests (RFC 2131, 2132): the address of a card is the one that it got when its machine joined the network.</summary>
internal static class DhcpMessage
{
    public const ushort ServerPort = 67;
    public const ushort ClientPort = 68;

    private const int FixedSize = 236;
    private const int OptionsAt = FixedSize + 4;

    /// <summary>Old clients refuse a shorter message (RFC 1542, section 2.1).</summary>
    private const int ShortestSize = 300;

    private const uint LeaseSeconds = 24 * 60 * 60;
    private const uint Magic = 0x63825363;

    private enum Kind : byte
    {
        Discover = 1,
        Offer = 2,
        Request = 3,
        Ack = 5,
        Nak = 6,
        Inform = 8,
    }

    private enum Option : byte
    {
        Pad = 0,
        Mask = 1,
        DnsServer = 6,
        HostName = 12,
        Domain = 15,
        Broadcast = 28,
        Requested = 50,
        LeaseTime = 51,
        Kind = 53,
        Server = 54,
        End = 255,
    }

    /// <summary>The answer, or null where none is due.</summary>
    /// <param name="request">The payload of the datagram.</param>
    /// <param name="client">The card that sent it, whatever address the message names.</param>
    /// <param name="network">The network.</param>
    public static byte[]? Answer(ReadOnlySpan<byte> request, Lease client, NetworkFacts network)
    {
        if (request.Length < OptionsAt || !request[..3].SequenceEqual<byte>([1, 1, EthernetAddress.Size]) || BinaryPrimitives.ReadUInt32BigEndian(request[FixedSize..]) != Magic
            || EthernetAddress.Read(request[28..]) != client.Mac)
            return null;
        var options = request[OptionsAt..];
        if (Find(options, Option.Server) is [_, _, _, _] server && BinaryPrimitives.ReadUInt32BigEndian(server) != network.Own.Address)
            return null;
        if (Find(options, Option.Kind) is not [var kind])
            return null;
        return (Kind)kind switch
        {
            Kind.Discover => Write(request, Kind.Offer, client, network),
            Kind.Request => Write(request, Requested(request, options) == client.Address ? Kind.Ack : Kind.Nak, client, network),
            Kind.Inform => Write(request, Kind.Ack, client, network),
            _ => null,
        };
    }

    /// <summary>The address that a client asks for, or that it has and wants to keep.</summary>
    private static uint Requested(ReadOnlySpan<byte> request, ReadOnlySpan<byte> options) =>
        BinaryPrimitives.ReadUInt32BigEndian(Find(options, Option.Requested) is [_, _, _, _] given ? given : request[12..]);

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> options, Option wanted)
    {
        while (options is [var code, ..] && code != (byte)Option.End)
        {
            if (code == (byte)Option.Pad)
            {
                options = options[1..];
                continue;
            }

            if (options.Length < 2 || options.Length < 2 + options[1])
                break;
            if (code == (byte)wanted)
                return options.Slice(2, options[1]);
            options = options[(2 + options[1])..];
        }

        return default;
    }

    private static byte[] Write(ReadOnlySpan<byte> request, Kind kind, Lease client, NetworkFacts network)
    {
        var options = new List<byte>();
        Add(options, Option.Kind, [(byte)kind]);
        Add(options, Option.Server, Bytes(network.Own.Address));
        var hasLease = kind == Kind.Offer || (kind == Kind.Ack && Find(request[OptionsAt..], Option.Kind) is not [(byte)Kind.Inform]);
        if (hasLease)
            Add(options, Option.LeaseTime, Bytes(LeaseSeconds));
        if (kind != Kind.Nak)
        {
            Add(options, Option.Mask, Bytes(network.Mask));
            Add(options, Option.Broadcast, Bytes(network.Broadcast));
            Add(options, Option.DnsServer, Bytes(network.Own.Address));
            Add(options, Option.Domain, Encoding.ASCII.GetBytes(network.Name));
            Add(options, Option.HostName, Encoding.ASCII.GetBytes(client.Machine));
        }

        options.Add((byte)Option.End);
        var answer = new byte[Math.Max(ShortestSize, OptionsAt + options.Count)];
        // Hardware type and size, transaction, flags and the client's address are those of the request.
        request[..OptionsAt].CopyTo(answer);
        answer[0] = 2;
        answer.AsSpan(16, 12).Clear();
        answer.AsSpan(44, FixedSize - 44).Clear();
        if (kind == Kind.Nak)
            answer.AsSpan(12, 4).Clear();
        if (hasLease)
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(16), client.Address);
        options.CopyTo(answer, OptionsAt);
        return answer;
    }

    private static byte[] Bytes(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static void Add(List<byte> options, Option code, ReadOnlySpan<byte> value)
    {
        options.Add((byte)code);
        options.Add((byte)value.Length);
        options.AddRange(value);
    }
}
