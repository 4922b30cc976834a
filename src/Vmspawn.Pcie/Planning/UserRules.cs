namespace Vmspawn.Pcie.Planning;

/// <summary>What must hold of the user's devices whatever the layout.</summary>
internal static class UserRules
{
    public static void Check(PcieWish wish, UserBuses buses, List<PcieProblem> problems)
    {
        CheckIds(wish, problems);
        CheckChassis(wish.User, problems);
        foreach (var device in wish.User)
        {
            if (!buses.IsPlaced(device))
                continue;
            var bus = UserBuses.BusOf(device);
            var parent = buses.OwnerOf(bus);
            CheckParent(device, bus, parent, problems);
            if ((UserBuses.IsOurs(bus) || parent is { IsPort: true }) && device.Address is { InRange: true, Device: > 0 } at)
            {
                problems.Add(new PcieProblem(
                    "pcie-behind-port", device.Label,
                    $"{device.Label} asks for device number {at.Device:x2} behind {bus}: a port leads to device number"
                    + " 0 only, and the guest would not look further",
                    $"Write addr=0.{at.Function}, or no addr=."));
            }
        }
    }

    private static void CheckParent(UserDevice device, string bus, UserDevice? parent, List<PcieProblem> problems)
    {
        var behindPort = UserBuses.IsOurs(bus) || parent is { IsPort: true };
        var wanted = device.Kind switch
        {
            UserDeviceKind.RootPort or UserDeviceKind.Expander when !device.OnRoot => "on the root bus",
            UserDeviceKind.UpstreamPort when !behindPort => "behind a root port or a downstream port",
            UserDeviceKind.DownstreamPort when parent?.Kind != UserDeviceKind.UpstreamPort => "behind an upstream port",
            _ => null,
        };
        if (wanted is not null)
        {
            problems.Add(new PcieProblem(
                "pcie-wrong-bus", device.Label,
                $"{device.Label} sits on {bus}, but belongs {wanted}: the guest would see nothing behind it",
                "Name another bus=."));
        }
    }

    private static void CheckIds(PcieWish wish, List<PcieProblem> problems)
    {
        var seen = new Dictionary<string, string>();
        foreach (var demand in wish.Devices)
        {
            if (!seen.TryAdd(demand.Id, demand.Owner))
                throw new ArgumentException($"Two demands have the id '{demand.Id}'.", nameof(wish));
        }

        foreach (var device in wish.User)
        {
            if (device.Id is not { } id)
                continue;
            var holder = UserBuses.IsOurs(id) ? "a root port of the machine" : seen.GetValueOrDefault(id);
            if (holder is null)
                seen.Add(id, $"the {device.Driver} before it");
            else
            {
                problems.Add(new PcieProblem(
                    "pcie-id-taken", device.Label, $"{device.Label} has an id that {holder} has", "Give it another id="));
            }
        }
    }

    // QEMU compares eight bits of each, and takes 0 for what is not set.
    private static void CheckChassis(IReadOnlyList<UserDevice> user, List<PcieProblem> problems)
    {
        var seen = new Dictionary<(int, int), UserDevice>();
        foreach (var device in user)
        {
            if (!device.IsPort)
                continue;
            var pair = (device.Chassis.GetValueOrDefault() & 0xff, device.Slot.GetValueOrDefault() & 0xff);
            if (seen.TryAdd(pair, device))
                continue;
            problems.Add(new PcieProblem(
                "pcie-slot-taken", device.Label,
                $"{device.Label} has chassis {pair.Item1} and slot {pair.Item2}, as {seen[pair].Label} has",
                "Give each port a chassis= and slot= that no other pair equals."));
        }
    }
}
