using CsCheck;

namespace Vmspawn.Pcie.Tests;

/// <summary>What holds of every plan.</summary>
public class LawTests
{
    [Fact]
    public void No_address_is_given_twice() => Holds((_, plan) =>
    {
        var all = Functions(plan).ToArray();
        Assert.Equal(all.Length, all.Distinct().Count());
        var guest = plan.Devices.Where(device => device.Guest is not null).Select(device => device.Guest).ToArray();
        Assert.Equal(guest.Length, guest.Distinct().Count());
    });

    [Fact]
    public void A_function_above_zero_has_a_function_zero_with_multifunction_on() => Holds((request, plan) =>
    {
        var zeros = plan.Devices.Where(device => device.Function == 0 && device.Multifunction)
            .Select(device => (device.Bus, device.Device))
            .Concat(plan.Ports.Where(port => port.Address.Function == 0 && port.Multifunction)
                .Select(port => ("pcie.0", port.Address.Device)))
            .Concat(request.Machine.Reserved.Where(function => function.Multifunction)
                .Select(function => ("pcie.0", function.Address.Device)))
            .ToHashSet();
        foreach (var (bus, at) in Functions(plan).Where(function => function.At.Function > 0))
            Assert.Contains((bus, at.Device), zeros);
        Assert.All(
            plan.Devices.Where(device => device.UserIndex is not null && device.Multifunction),
            device => Assert.True(device.AddMultifunction));
    });

    [Fact]
    public void Every_demand_is_placed_exactly_once_and_where_its_kind_belongs() => Holds((request, plan) =>
    {
        var ours = plan.Devices.Where(device => device.Kind != DemandKind.User).ToDictionary(device => device.Id!);
        Assert.Equal(request.Devices.Count, ours.Count);
        foreach (var demand in request.Devices)
        {
            var place = ours[demand.Id];
            Assert.Equal(demand.Class is null, place.Bus == "pcie.0");
            Assert.True(demand.Class is null || plan.FindPort(place.Bus) is not null);
            Assert.Equal((demand.Driver, demand.Owner, demand.Kind), (place.Driver, place.Owner, place.Kind));
        }

        var user = plan.Devices.Where(device => device.UserIndex is not null).Select(device => device.UserIndex!.Value);
        Assert.Equal(
            request.User.Select(device => device.Index).Order(),
            user.Concat(plan.Elsewhere.Select(device => device.Index)).Order());
        Assert.Equal(request.Spares, plan.Ports.Count(port => port.Spare));
    });

    [Fact]
    public void What_the_user_fixed_stays() => Holds((request, plan) =>
    {
        var placed = plan.Devices.Where(device => device.UserIndex is not null)
            .ToDictionary(device => device.UserIndex!.Value);
        foreach (var device in request.User.Where(device => device.Address is not null))
        {
            var place = placed[device.Index];
            Assert.Equal(device.Address, place.Address);
            Assert.False(place.AddAddress);
        }
    });

    [Fact]
    public void No_device_has_an_address_that_the_machine_reserves() => Holds((request, plan) =>
    {
        var reserved = request.Machine.Reserved.Select(function => function.Address.Device).ToHashSet();
        Assert.DoesNotContain(plan.Ports, port => reserved.Contains(port.Address.Device));
        Assert.DoesNotContain(plan.Devices, device => device.Bus == "pcie.0" && reserved.Contains(device.Device));
    });

    [Fact]
    public void Limits_are_kept() => Holds((request, plan) =>
    {
        Assert.All(plan.Budget.Lines, line => Assert.InRange(line.Used, 0, line.Limit));
        Assert.All(plan.Ports, port => Assert.InRange(port.Slot, 1, 255));
        Assert.All(plan.Ports, port => Assert.InRange(port.Chassis, 1, 255));
        Assert.All(plan.Ports, port => Assert.InRange(port.Port, 0, 255));
        Assert.All(plan.Ports, port => Assert.InRange(port.Address.Device, 0x07, 0x1e));
        var theirs = request.User.Where(device => device.Driver == "pcie-root-port").Select(device => device.Slot!.Value);
        var slots = plan.Ports.Select(port => port.Slot).Concat(theirs).ToArray();
        Assert.Equal(slots.Length, slots.Distinct().Count());
        Assert.All(plan.Devices, device => Assert.True(device.Address.InRange));
    });

    [Fact]
    public void Ports_are_one_ascending_run_eight_a_device_number() => Holds((_, plan) =>
    {
        var addresses = plan.Ports.Select(port => port.Address.DevFn).ToArray();
        Assert.Equal(addresses.Order(), addresses);
        Assert.Equal(addresses.Select((_, i) => i % 8), plan.Ports.Select(port => port.Address.Function));
        Assert.Equal(addresses, plan.Ports.Select(port => port.Port));
    });

    [Fact]
    public void Classes_come_in_their_order() => Holds((request, plan) =>
    {
        var at = plan.Ports.Select((port, i) => (port.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i);
        var order = request.Devices.Where(demand => demand.Class is not null)
            .OrderBy(demand => demand.Class)
            .Select(demand => plan.FindDevice(demand.Id)!)
            .Select(device => (at[device.Bus] * 8) + device.Function)
            .ToArray();
        Assert.Equal(order.Order(), order);
    });

    [Fact]
    public void In_the_layout_of_ports_each_device_has_its_own() => Holds((_, plan) =>
    {
        var boot = plan.Devices.Where(device => device.Kind == DemandKind.Boot).ToArray();
        if (plan.Layout == PcieLayout.Ports)
            Assert.Equal(boot.Length, boot.Select(device => device.Bus).Distinct().Count());
    });

    [Fact]
    public void The_same_request_gives_the_same_plan() => Holds((request, plan) =>
    {
        var again = PciePlanner.Plan(request).Topology!;
        Assert.Equal(plan.Ports, again.Ports);
        Assert.Equal(plan.Devices, again.Devices);
        Assert.Equal(plan.Budget, again.Budget);
        Assert.Equal(TopologyDrawing.Tree(plan), TopologyDrawing.Tree(again));
    });

    [Fact]
    public void The_automatic_layout_holds_whatever_one_of_the_others_holds() => RequestGen.Any.Sample(
        requests =>
        {
            var fits = Fits(requests, PcieLayout.Ports) || Fits(requests, PcieLayout.Packed);
            Assert.Equal(fits, Fits(requests, PcieLayout.Auto));
        },
        iter: 200);

    [Fact]
    public void Only_a_lack_of_room_refuses_a_request_without_mistakes() => RequestGen.Any.Sample(
        requests => Assert.All(requests.Plan().Problems, problem => Assert.Equal("pcie-full", problem.Code)), iter: 200);

    private static bool Fits(Requests requests, PcieLayout layout) =>
        (requests with { Layout = layout }).Plan().Topology is not null;

    private static IEnumerable<(string Bus, RootAddress At)> Functions(PcieTopology plan) =>
        plan.Devices.Select(device => (device.Bus, device.Address))
            .Concat(plan.Ports.Select(port => ("pcie.0", port.Address)))
            .Concat(plan.Reserved.Select(function => ("pcie.0", function.Address)));

    private static void Holds(Action<PcieRequest, PcieTopology> law)
    {
        var planned = 0;
        RequestGen.Any.Sample(
            requests =>
            {
                var request = requests.Request();
                if (PciePlanner.Plan(request).Topology is not { } plan)
                    return;
                Interlocked.Increment(ref planned);
                law(request, plan);
            },
            iter: 300);
        // A law over plans is worth nothing when hardly any request is planned.
        Assert.True(planned > 100, $"only {planned} requests had a plan");
    }
}
