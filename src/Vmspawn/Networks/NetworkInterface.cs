using Vmspawn.Varlink;

namespace Vmspawn.Networks;

/// <summary>The interface of a network's control socket.</summary>
internal static class NetworkInterface
{
    public const string Name = "org.vmspawn.Network";

    public static VarlinkInterface Description { get; } = VarlinkInterface.Parse("""
        # A network between the virtual machines of one user. Every error says in a sentence why.
        interface org.vmspawn.Network

        type Member (machine: string, mac: string, address: string)

        # Frames between the two groups are dropped.
        type Partition (one: []string, other: []string)

        type Quality (
            # From 0 to 1.
            loss: float,
            delayUsec: int,
            jitterUsec: int
        )

        method Describe() -> (
            name: string,
            pid: int,
            subnet: string,
            # The switch's own address: its DHCP and DNS server.
            address: string,
            members: []Member,
            partitions: []Partition,
            quality: Quality
        )

        # Connects a card by a datagram socket of AF_UNIX, whose other end has QEMU. Replied to when it is in the network, and then never again: it leaves the network when
        # the client disconnects.
        # [Requires 'more' flag]
        method Join(fileDescriptorIndex: int, machine: string, mac: string) -> (address: string)

        # Names need not be those of members yet.
        method Separate(one: []string, other: []string) -> ()

        # Ends all partitions.
        method Heal() -> ()

        method SetQuality(quality: Quality) -> ()

        # Writes all frames into a pipe, as a capture file, until the client disconnects or closes the pipe.
        # [Requires 'more' flag]
        method Capture(fileDescriptorIndex: int) -> ()

        # Ends the network. Its machines run on, with cards that have no link.
        method Remove() -> ()

        error Refused (reason: string)
        """);
}
