namespace Vmspawn.Pcie.Planning;

/// <summary>Checks the user's devices independently of the layout.</summary>
internal static class UserRules
{
    public static void Check(PcieRequest request, UserBuses buses, List<PcieProblem> problems)
    {
        CheckIds(request, problems);
        CheckChassis(request.User, problems);
        foreach (var device in request.User)
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

    // QEMU accepts these without an error, but the devices behind them are missing in the guest.
    private static void CheckParent(UserDevice device, string bus, UserDevice? parent, List<PcieProblem> problems)
    {
        var wanted = device.Kind switch
        {
            UserDeviceKind.RootPort or UserDeviceKind.Expander when !device.OnRoot => "on the root bus",
            UserDeviceKind.DownstreamPort when parent?.Kind != UserDeviceKind.UpstreamPort => "behind an upstream port",
            _ => null,
        };
        if (wanted is not null)
        {
            problems.Add(new PcieProblem(
                "pcie-wrong-bus", device.Label, $"{device.Label} sits on {bus}, but belongs {wanted}",
                "Name another bus=."));
        }
    }

    private static void CheckIds(PcieRequest request, List<PcieProblem> problems)
    {
        var seen = new Dictionary<string, string>();
        foreach (var demand in request.Devices)
        {
            if (!seen.TryAdd(demand.Id, demand.Owner))
                throw new ArgumentException($"Two demands have the id '{demand.Id}'.", nameof(request));
        }

        foreach (var device in request.User)
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

    // QEMU's default is 0, and it compares eight bits of a new port's slot with the earlier ports.
    private static void CheckChassis(IReadOnlyList<UserDevice> user, List<PcieProblem> problems)
    {
        var seen = new Dictionary<(int Chassis, int Slot), UserDevice>();
        foreach (var device in user)
        {
            if (!device.IsPort)
                continue;
            var (chassis, slot) = (device.Chassis.GetValueOrDefault(), device.Slot.GetValueOrDefault());
            if (seen.TryGetValue((chassis, slot & 0xff), out var holder))
            {
                problems.Add(new PcieProblem(
                    "pcie-slot-taken", device.Label,
                    $"{device.Label} has chassis {chassis} and slot {slot & 0xff}, as {holder.Label} has",
                    "Give each port a chassis= and slot= that no other pair equals."));
            }

            seen.TryAdd((chassis, slot), device);
        }
    }
}
