namespace Vmspawn.Pcie.Planning;

/// <summary>Groups the user's devices by bus; devices are referred to by position.</summary>
internal sealed class UserBuses
{
    private readonly Dictionary<string, int> _owners = [];

    public UserBuses(IReadOnlyList<UserDevice> user)
    {
        User = user;
        Group();
        var known = Reach(PcieTopology.RootBus);
        foreach (var bus in Groups.Keys)
        {
            if (IsOurs(bus))
                known.UnionWith(Reach(bus));
        }

        Known = known;
        Predictable = OnlyExpandersHideBridges();
    }

    public IReadOnlyList<UserDevice> User { get; }

    /// <summary>Positions by bus name, in the user's order.</summary>
    public Dictionary<string, List<int>> Groups { get; } = [];

    /// <summary>Buses that are connected to the root bus or to one of vmspawn's ports.</summary>
    public HashSet<string> Known { get; }

    /// <summary>False when a bridge is at an unknown place, so that all bus numbers are uncertain.</summary>
    public bool Predictable { get; }

    /// <summary>Whether a bus name has the form of vmspawn's port names.</summary>
    public static bool IsOurs(string bus) =>
        bus.StartsWith(PcieTopology.BootPortPrefix, StringComparison.Ordinal)
        || bus.StartsWith(PcieTopology.SparePortPrefix, StringComparison.Ordinal);

    public static string BusOf(UserDevice device) => device.Bus ?? PcieTopology.RootBus;

    public bool IsPlaced(UserDevice device) => Known.Contains(BusOf(device));

    /// <summary>The user's port or bridge in front of this bus, or null.</summary>
    public UserDevice? OwnerOf(string bus) => _owners.TryGetValue(bus, out var position) ? User[position] : null;

    /// <summary>Positions on a bus, in the user's order.</summary>
    public IReadOnlyList<int> On(string bus) => Groups.TryGetValue(bus, out var positions) ? positions : [];

    private void Group()
    {
        for (var i = 0; i < User.Count; i++)
        {
            var bus = BusOf(User[i]);
            if (!Groups.TryGetValue(bus, out var positions))
                Groups.Add(bus, positions = []);
            positions.Add(i);
            if (User[i] is { Id: { } id, Kind: not UserDeviceKind.Endpoint })
                _owners.TryAdd(id, i);
        }
    }

    // Breadth first from a known bus, so that two bridges that refer to each other are never reached.
    private HashSet<string> Reach(string from)
    {
        var reached = new HashSet<string> { from };
        var queue = new Queue<string>(reached);
        while (queue.TryDequeue(out var bus))
        {
            foreach (var position in On(bus))
            {
                if (User[position] is { IsBridge: true, Id: { } id } && reached.Add(id))
                    queue.Enqueue(id);
            }
        }

        return reached;
    }

    private bool OnlyExpandersHideBridges()
    {
        var hidden = new HashSet<string>();
        foreach (var device in User)
        {
            if (device is { Kind: UserDeviceKind.Expander, Id: { } id })
                hidden.UnionWith(Reach(id));
        }

        foreach (var device in User)
        {
            if (device.IsBridge && !IsPlaced(device) && !hidden.Contains(BusOf(device)))
                return false;
        }

        return true;
    }
}
