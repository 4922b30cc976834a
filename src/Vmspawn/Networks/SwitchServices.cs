using Vmspawn.Networks.Packets;

namespace Vmspawn.Networks;

/// <summary>What the switch itself answers: requests for its address, pings, DHCP and DNS.</summary>
internal static class SwitchServices
{
    /// <summary>Answers a frame that is for the switch or for everybody.</summary>
    /// <param name="frame">At least a header.</param>
    /// <param name="sender">The card that sent it.</param>
    /// <param name="network">The network.</param>
    /// <param name="answer">The answer, or null for none.</param>
    /// <returns>Whether the frame was for the switch alone.</returns>
    public static bool TryTake(ReadOnlySpan<byte> frame, Lease sender, NetworkFacts network, out byte[]? answer)
    {
        answer = Neighbours.AnswerArp(frame, network.Own);
        if (answer is not null)
            return true;
        var isOurs = Frame.Destination(frame) == network.Own.Mac;
        if (!Ipv4Packet.TryRead(frame, out var packet))
            return isOurs;
        if (UdpPacket.TryRead(packet, out var datagram))
        {
            if (datagram.DestinationPort == DhcpMessage.ServerPort)
            {
                // Other servers in the network are not asked: the switch decides who has which address.
                if (DhcpMessage.Answer(datagram.Payload, sender, network) is { } reply)
                    answer = UdpPacket.Make(network.Own, DhcpMessage.ServerPort, (sender.Mac, uint.MaxValue), DhcpMessage.ClientPort, reply);
                return true;
            }

            if (isOurs && packet.Destination == network.Own.Address && datagram.DestinationPort == DnsMessage.Port && DnsMessage.Answer(datagram.Payload, network) is { } found)
                answer = UdpPacket.Make(network.Own, DnsMessage.Port, (sender.Mac, datagram.Source), datagram.SourcePort, found);
        }
        else if (isOurs && packet.Destination == network.Own.Address)
        {
            answer = Neighbours.AnswerEcho(frame, packet, network.Own);
        }

        return isOurs;
    }
}
