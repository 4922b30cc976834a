using System.Net;
using Vmspawn.Linux;
using Vmspawn.Networks;
using Vmspawn.Networks.Packets;

namespace Vmspawn.Tests.Networks;

/// <summary>A switch of 10.9.8.0/24 with cards whose other ends the test has.</summary>
internal sealed class Cards : IAsyncDisposable
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, (SwitchPort Port, DatagramConnection End)> _cards = [];

    public Cards(ulong seed = 1, TimeProvider? time = null, string subnet = "10.9.8.0/24", params string[] machines)
    {
        Facts = new NetworkFacts("lan", IPNetwork.Parse(subnet));
        Switch = new Switch(Facts, seed, time ?? TimeProvider.System, (_, _) => { });
        foreach (var machine in machines)
            Join(machine);
    }

    public NetworkFacts Facts { get; }

    public Switch Switch { get; }

    public static EthernetAddress Mac(string machine) => new(0x0200_0000_0000UL | (uint)machine[0]);

    public Lease Lease(string machine) => _cards[machine].Port.Lease;

    public SwitchPort Port(string machine) => _cards[machine].Port;

    public SwitchPort Join(string machine)
    {
        var port = TryJoin(machine, Mac(machine), out var refusal);
        Assert.Equal("", refusal);
        return port!;
    }

    public SwitchPort? TryJoin(string machine, EthernetAddress mac, out string refusal)
    {
        var (one, other) = DatagramConnection.CreatePair();
        var end = DatagramConnection.Adopt(other);
        var port = Switch.TryJoin(machine, mac, DatagramConnection.Adopt(one), out refusal);
        if (port is null)
            end.Dispose();
        else
            _cards[machine] = (port, end);
        return port;
    }

    /// <summary>A frame of a type that the switch does not look into.</summary>
    public static byte[] Plain(EthernetAddress from, EthernetAddress to, int number)
    {
        var frame = new byte[Frame.HeaderSize + 4];
        BitConverter.TryWriteBytes(Frame.Begin(frame, from, to, 0x88b5), number);
        return frame;
    }

    public void Send(string from, string to, int number) => Send(from, Plain(Mac(from), to == "*" ? EthernetAddress.Broadcast : Mac(to), number));

    public void Send(string from, byte[] frame) => Assert.True(_cards[from].End.TrySend(frame));

    public async Task<byte[]> ReceiveAsync(string machine)
    {
        var buffer = new byte[Frame.LargestSize];
        var count = await _cards[machine].End.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);
        return buffer[..count];
    }

    public async Task<int> NumberAsync(string machine) => BitConverter.ToInt32(await ReceiveAsync(machine), Frame.HeaderSize);

    /// <summary>Asserts that the next frame for a machine is a later one, which goes to it only.</summary>
    public async Task NothingCameAsync(string machine, string from)
    {
        Send(from, machine, int.MaxValue);
        Assert.Equal(int.MaxValue, await NumberAsync(machine));
    }

    public async ValueTask DisposeAsync()
    {
        await Switch.DisposeAsync();
        foreach (var (_, end) in _cards.Values)
            end.Dispose();
    }
}
