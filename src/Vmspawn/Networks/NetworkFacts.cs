using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Vmspawn.Images;
using Vmspawn.Networks.Packets;

namespace Vmspawn.Networks;

/// <summary>A card in a network.</summary>
/// <param name="Machine">Its machine.</param>
/// <param name="Mac">Its MAC address.</param>
/// <param name="Address">Its IPv4 address.</param>
internal sealed record Lease(string Machine, EthernetAddress Mac, uint Address);

/// <summary>A network's addresses and names. A card that comes back gets the address that it had.</summary>
internal sealed class NetworkFacts
{
    /// <summary>The switch's MAC address in every network: locally administered, and derived ones are not equal to it.</summary>
    private static readonly EthernetAddress SwitchMac = new(0x0276_7370_0001);

    private const int WidestPrefix = 8;
    private const int NarrowestPrefix = 29;

    private readonly Dictionary<EthernetAddress, uint> _addresses = [];
    private readonly Dictionary<EthernetAddress, Lease> _present = [];
    private readonly uint _first;

    /// <param name="name">Its name, which is also its domain.</param>
    /// <param name="subnet">IPv4, see <see cref="WhyNot"/>.</param>
    public NetworkFacts(string name, IPNetwork subnet)
    {
        (Name, Subnet) = (name, subnet);
        _first = BinaryPrimitives.ReadUInt32BigEndian(subnet.BaseAddress.GetAddressBytes());
        Mask = uint.MaxValue << (32 - subnet.PrefixLength);
        Own = (SwitchMac, _first + 1);
    }

    public string Name { get; }

    public IPNetwork Subnet { get; }

    /// <summary>The switch's addresses.</summary>
    public (EthernetAddress Mac, uint Address) Own { get; }

    public uint Mask { get; }

    public uint Broadcast => _first | ~Mask;

    /// <summary>The cards that are connected now.</summary>
    public IReadOnlyCollection<Lease> Present => _present.Values;

    /// <summary>A subnet that networks with other names do not have, most likely.</summary>
    public static IPNetwork DefaultSubnet(string name)
    {
        var hash = Sha256.Hash(Encoding.UTF8.GetBytes($"vmspawn network {name}"));
        // 10.0.2.0/24 is the user network's.
        return new IPNetwork(new IPAddress([10, (byte)(64 | hash[0] & 63), hash[1], 0]), 24);
    }

    /// <summary>Why this can be no network's subnet, or null.</summary>
    public static string? WhyNot(IPNetwork subnet) =>
        subnet.BaseAddress.AddressFamily != AddressFamily.InterNetwork ? "it is not IPv4"
        : subnet.PrefixLength is < WidestPrefix or > NarrowestPrefix ? $"its prefix is not between /{WidestPrefix} and /{NarrowestPrefix}"
        : subnet.BaseAddress.GetAddressBytes()[0] is 0 or 127 or >= 224 ? "these are no addresses of hosts"
        : null;

    public static IPAddress ToAddress(uint address)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes);
    }

    public bool Contains(uint address) => (address & Mask) == _first;

    public uint? AddressOf(string machine) => _present.Values.FirstOrDefault(lease => lease.Machine.Equals(machine, StringComparison.OrdinalIgnoreCase))?.Address;

    public string? NameOf(uint address) => _present.Values.FirstOrDefault(lease => lease.Address == address)?.Machine;

    /// <summary>Gives a card its address.</summary>
    /// <returns>Null when none is left.</returns>
    public Lease? TryTake(string machine, EthernetAddress mac)
    {
        if (!_addresses.TryGetValue(mac, out var address))
        {
            if (FindFree() is not { } free)
                return null;
            address = free;
            _addresses[mac] = address;
        }

        return _present[mac] = new Lease(machine, mac, address);
    }

    public void Return(EthernetAddress mac) => _present.Remove(mac);

    private uint? FindFree()
    {
        var taken = _addresses.Values.ToHashSet();
        for (var address = Own.Address + 1; address < Broadcast; address++)
        {
            if (!taken.Contains(address))
                return address;
        }

        // Those of cards that have left.
        if (_addresses.Keys.FirstOrDefault(mac => !_present.ContainsKey(mac)) is { Value: not 0 } left && _addresses.Remove(left, out var old))
            return old;
        return null;
    }
}
