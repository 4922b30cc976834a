using System.Buffers.Binary;
using System.Net;
using System.Text;
using CsCheck;
using Vmspawn.Networks;
using Vmspawn.Networks.Packets;

namespace Vmspawn.Tests.Networks;

/// <summary>Addresses and names: what guests get from the switch itself.</summary>
public class SwitchServicesTests
{
    private static readonly NetworkFacts Network = Facts();
    private static readonly Lease A = Network.Present.First(lease => lease.Machine == "a");

    private static NetworkFacts Facts()
    {
        var facts = new NetworkFacts("lan", IPNetwork.Parse("10.9.8.0/24"));
        facts.TryTake("a", Cards.Mac("a"));
        facts.TryTake("db.example", Cards.Mac("d"));
        return facts;
    }

    [Fact]
    public async Task The_switch_answers_for_its_address_and_requests_for_others_go_on()
    {
        await using var cards = new Cards(machines: ["a", "b"]);
        cards.Send("a", Requests.Arp(cards.Lease("a"), cards.Facts.Own.Address));
        var reply = await cards.ReceiveAsync("a");
        Assert.Equal((Cards.Mac("a"), cards.Facts.Own.Mac, Frame.Arp), (Frame.Destination(reply), Frame.Source(reply), Frame.Type(reply)));
        Assert.Equal((2, cards.Facts.Own.Address), (reply[21], BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(28))));
        Assert.Equal((cards.Facts.Own.Mac, cards.Lease("a").Address), (EthernetAddress.Read(reply.AsSpan(22)), BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(38))));

        cards.Send("a", Requests.Arp(cards.Lease("a"), cards.Lease("b").Address));
        Assert.Equal(Requests.Arp(cards.Lease("a"), cards.Lease("b").Address), await cards.ReceiveAsync("b"));

        cards.Send("a", Requests.Echo(cards.Lease("a"), cards.Facts));
        var pong = await cards.ReceiveAsync("a");
        Assert.True(Ipv4Packet.TryRead(pong, out var packet));
        Assert.Equal((0, 0, "ping"), (packet.Payload[0], Ipv4Packet.Checksum(packet.Payload), Encoding.ASCII.GetString(packet.Payload[8..])));
        Assert.Equal(0, Ipv4Packet.Checksum(pong.AsSpan(14, 20)));
    }

    [Fact]
    public async Task A_card_gets_its_address_by_dhcp_and_the_names_of_the_others_by_dns()
    {
        await using var cards = new Cards(machines: ["a", "b"]);
        cards.Send("a", Requests.Dhcp(cards.Lease("a"), cards.Facts, 1));
        Assert.True(Ipv4Packet.TryRead(await cards.ReceiveAsync("a"), out var packet));
        Assert.True(UdpPacket.TryRead(packet, out var offer));
        Assert.Equal((67, 68, uint.MaxValue, cards.Lease("a").Address), (offer.SourcePort, offer.DestinationPort, offer.Destination, BinaryPrimitives.ReadUInt32BigEndian(offer.Payload[16..])));
        cards.Send("a", Requests.Dns(cards.Lease("a"), cards.Facts, "B.lan", 1));
        var answer = await cards.ReceiveAsync("a");
        Assert.True(Ipv4Packet.TryRead(answer, out packet));
        Assert.True(UdpPacket.TryRead(packet, out var found));
        Assert.Equal((53, 40000, cards.Lease("b").Address), (found.SourcePort, found.DestinationPort, BinaryPrimitives.ReadUInt32BigEndian(found.Payload[^4..])));
        // The checksum covers itself: with the pseudo header the sum is all ones.
        var sum = (packet.Source >> 16) + (packet.Source & 0xffff) + (packet.Destination >> 16) + (packet.Destination & 0xffff) + 17 + (uint)packet.Payload.Length;
        Assert.Equal(0, Ipv4Packet.Checksum(packet.Payload, sum));
        // No other card is asked for an address.
        await cards.NothingCameAsync("b", from: "a");
    }

    [Theory]
    // Discover, request of the right and of another address, of another server, inform, and what is not answered.
    [InlineData(1, "", 2)]
    [InlineData(3, "50 4 10 9 8 2", 5)]
    [InlineData(3, "50 4 10 9 8 77", 6)]
    [InlineData(3, "54 4 10 9 8 1 50 4 10 9 8 2", 5)]
    [InlineData(3, "54 4 10 9 8 99 50 4 10 9 8 2", 0)]
    [InlineData(8, "", 5)]
    [InlineData(7, "", 0)]
    [InlineData(4, "", 0)]
    public void Dhcp_messages_are_answered_by_their_kind(byte kind, string options, byte expected)
    {
        byte[] more = options.Length == 0 ? [] : [.. options.Split(' ').Select(byte.Parse)];
        var answer = DhcpMessage.Answer(Requests.DhcpPayload(A.Mac, kind, more), A, Network);
        if (expected == 0)
        {
            Assert.Null(answer);
            return;
        }

        Assert.NotNull(answer);
        Assert.Equal([2, 1, 6, 0, 0xca, 0xfe, 0xba, 0xbe], answer[..8]);
        var given = Options(answer);
        Assert.Equal(expected, given[53][0]);
        Assert.Equal([10, 9, 8, 1], given[54]);
        var address = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(16));
        Assert.Equal(kind != 8 && expected != 6 ? A.Address : 0, address);
        Assert.Equal(address != 0, given.ContainsKey(51));
        if (expected == 6)
            return;
        Assert.Equal([255, 255, 255, 0], given[1]);
        Assert.Equal([10, 9, 8, 255], given[28]);
        Assert.Equal([10, 9, 8, 1], given[6]);
        Assert.Equal(("lan", "a"), (Encoding.ASCII.GetString(given[15]), Encoding.ASCII.GetString(given[12])));
    }

    [Fact]
    public void A_dhcp_message_in_the_name_of_another_card_is_not_answered() =>
        Assert.Null(DhcpMessage.Answer(Requests.DhcpPayload(Cards.Mac("d"), 1), A, Network));

    [Theory]
    [InlineData("a", 1, 0, "10.9.8.2")]
    [InlineData("A.LAN", 255, 0, "10.9.8.2")]
    [InlineData("db.example", 1, 0, "10.9.8.3")]
    [InlineData("db.example.lan", 1, 0, "10.9.8.3")]
    [InlineData("a.lan", 28, 0, null)]
    [InlineData("nobody.lan", 1, 3, null)]
    [InlineData("nobody", 1, 5, null)]
    [InlineData("example.org", 1, 5, null)]
    [InlineData("2.8.9.10.in-addr.arpa", 12, 0, "\u0001a\u0003lan\0")]
    [InlineData("9.8.9.10.in-addr.arpa", 12, 3, null)]
    [InlineData("1.1.1.1.in-addr.arpa", 12, 5, null)]
    [InlineData("8.9.10.in-addr.arpa", 12, 5, null)]
    public void Names_of_machines_are_resolved_and_others_left_to_other_servers(string name, ushort kind, int code, string? expected)
    {
        var query = Requests.DnsPayload(name, kind);
        var answer = DnsMessage.Answer(query, Network);
        Assert.NotNull(answer);
        Assert.Equal([0x12, 0x34, 0x85, (byte)(0x80 | code), 0, 1, 0, (byte)(expected is null ? 0 : 1), 0, 0, 0, 0], answer[..12]);
        Assert.Equal(query[12..], answer[12..query.Length]);
        if (expected is null)
        {
            Assert.Equal(query.Length, answer.Length);
            return;
        }

        Assert.Equal([0xc0, 12], answer[query.Length..(query.Length + 2)]);
        var data = answer[(query.Length + 12)..];
        Assert.Equal(data.Length, BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(query.Length + 10)));
        Assert.Equal(expected, kind == 12 ? Encoding.ASCII.GetString(data) : new IPAddress(data).ToString());
    }

    [Fact]
    public void A_query_that_is_malformed_or_of_another_kind_gets_its_error_and_a_response_nothing()
    {
        var query = Requests.DnsPayload("a", 1);
        Assert.Null(DnsMessage.Answer([.. query[..2], 0x81, .. query[3..]], Network));
        Assert.Null(DnsMessage.Answer(query.AsSpan(0, 11), Network));
        Assert.Equal(4, DnsMessage.Answer([.. query[..2], 0x28, .. query[3..]], Network)![3] & 15);
        Assert.Equal(1, DnsMessage.Answer([.. query[..5], 2, .. query[6..]], Network)![3] & 15);
        Assert.Equal(1, DnsMessage.Answer([.. query[..12], 0xc0, 12, .. query[14..]], Network)![3] & 15);
        Assert.Equal(1, DnsMessage.Answer(query.AsSpan(0, query.Length - 1), Network)![3] & 15);
        Assert.Equal(5, DnsMessage.Answer([.. query[..^1], 3], Network)![3] & 15);
        // 255 bytes are the longest name.
        Assert.Equal(1, DnsMessage.Answer(Requests.DnsPayload(string.Join('.', Enumerable.Repeat(new string('x', 60), 5)), 1), Network)![3] & 15);
    }

    [Fact]
    public void No_bytes_make_the_answers_fail_or_grow()
    {
        byte[][] seeds = [Requests.DhcpPayload(A.Mac, 1, 50, 4, 1, 2, 3, 4), Requests.DnsPayload("db.example.lan", 255), Requests.Arp(A, Network.Own.Address), Requests.Echo(A, Network)];
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Byte.Array[0, 30], Gen.Int[0, 400], Gen.Int[0, 400], Gen.Byte.Array[0, 300]).Sample((which, noise, at, keep, tail) =>
        {
            var bytes = (byte[])seeds[which].Clone();
            for (var i = 0; i < noise.Length; i++)
                bytes[(at + (i * 5)) % bytes.Length] = noise[i];
            bytes = [.. bytes[..Math.Min(keep, bytes.Length)], .. tail];
            byte[]?[] answers =
            [
                DhcpMessage.Answer(bytes, A, Network),
                DnsMessage.Answer(bytes, Network),
                Neighbours.AnswerArp(bytes, Network.Own),
                Ipv4Packet.TryRead(bytes, out var packet) ? Neighbours.AnswerEcho(bytes, packet, Network.Own) : null,
            ];
            if (bytes.Length >= Frame.HeaderSize)
                SwitchServices.TryTake(bytes, A, Network, out _);
            Assert.All(answers, answer => Assert.True(answer is null || answer.Length <= bytes.Length + 300));
        });
    }

    private static Dictionary<byte, byte[]> Options(byte[] message)
    {
        var options = new Dictionary<byte, byte[]>();
        for (var at = 240; message[at] != 255; at += 2 + message[at + 1])
            options.Add(message[at], message[(at + 2)..(at + 2 + message[at + 1])]);
        return options;
    }
}
