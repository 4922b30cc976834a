using System.Text.Json;

namespace Vmspawn.Plan;

/// <summary>The connection between QEMU's monitor and vmspawn.</summary>
internal sealed record MonitorSocket : DescriptorSource
{
    internal override string Kind => "monitor";
}

/// <summary>The guest's side of the console's pseudo terminal.</summary>
internal sealed record ConsoleTerminal : DescriptorSource
{
    internal override string Kind => "console";
}

/// <summary>The socket of the virtio port for the guest's notifications.</summary>
internal sealed record NotifyPort : DescriptorSource
{
    internal override string Kind => "notify";
}

/// <summary>The socket of the virtio port for commands in the guest.</summary>
internal sealed record ShellSocket : DescriptorSource
{
    internal override string Kind => "guest-shell";
}

/// <summary>The socket of the virtio port for qemu-guest-agent.</summary>
internal sealed record AgentSocket : DescriptorSource
{
    internal override string Kind => "guest-agent";
}

/// <summary>One end of a pair of connected sockets; the other end is a descriptor of another program in the same plan.</summary>
/// <param name="Pair">The pair's name; exactly two descriptors have it.</param>
internal sealed record SocketEnd(string Pair) : DescriptorSource
{
    internal override string Kind => "socket";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("pair", Pair);
    }
}

/// <summary>
/// A listening socket without a name, for a program that requires one: the other end of the pair, a <see cref="SocketEnd"/> of
/// another program, waits in its queue.
/// </summary>
/// <param name="Pair">The pair's name; this end is opened before the other one.</param>
internal sealed record ListeningEnd(string Pair) : DescriptorSource
{
    internal override string Kind => "listening-socket";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("pair", Pair);
    }
}

/// <summary>The runtime directory, through which a helper creates sockets under paths whose length does not depend on the machine's name.</summary>
internal sealed record RuntimeDirectory : DescriptorSource
{
    internal override string Kind => "runtime-directory";
}

/// <summary>A connection to a socket that a helper creates in the runtime directory.</summary>
/// <param name="Name">The socket's name there.</param>
internal sealed record HelperSocket(string Name) : DescriptorSource
{
    internal override string Kind => "helper-socket";

    internal override string? Subject => $"the helper's socket {Name}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("name", Name);
    }
}

/// <summary>The socket of a card in a network between machines, which joins it when this is opened.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Socket">The path of its control socket.</param>
/// <param name="Machine">The machine's name in it.</param>
/// <param name="Mac">The card's address.</param>
internal sealed record NetworkPort(string Network, string Socket, string Machine, string Mac) : DescriptorSource
{
    internal override string Kind => "network-port";

    internal override string? Subject => $"the card in the network {Network}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("network", Network);
        json.WriteString("control", Socket);
        json.WriteString("mac", Mac);
    }
}
