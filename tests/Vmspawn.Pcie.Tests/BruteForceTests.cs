using CsCheck;

namespace Vmspawn.Pcie.Tests;

/// <summary>The planner finds room exactly when there is room, tried out by brute force on small root buses.</summary>
public class BruteForceTests
{
    private sealed record Small(int[] Devices, int[] FixedFunctions, Requests Requests);

    private static readonly Gen<Small> SmallGen =
        from devices in Gen.OneOf(0x01, 0x05, 0x07, 0x0c, 0x10, 0x14, 0x1e).Array[1, 4]
        from fixedFunctions in Gen.Frequency((2, Gen.Const(0)), (1, Gen.Int[1, 8])).Array[4]
        from counts in Gen.Select(Gen.Int[0, 4], Gen.Int[0, 8], Gen.Int[0, 9], Gen.Int[0, 14])
        from packed in Gen.Bool
        select new Small(
            [.. devices.Distinct()],
            fixedFunctions,
            new Requests
            {
                Integrated = counts.Item1,
                Drives = counts.Item2,
                Spares = counts.Item3,
                Layout = packed ? PcieLayout.Packed : PcieLayout.Ports,
                Machine = Only(devices),
                User = User(devices.Distinct().ToArray(), fixedFunctions, counts.Item4),
            });

    [Fact]
    public void A_request_is_accepted_exactly_when_some_assignment_fits()
    {
        var (yes, no) = (0, 0);
        SmallGen.Sample(
            small =>
            {
                var expected = SomeAssignmentFits(small);
                _ = expected ? Interlocked.Increment(ref yes) : Interlocked.Increment(ref no);
                Assert.Equal(expected, small.Requests.Plan().Topology is not null);
            },
            iter: 1000);
        Assert.True(yes > 100 && no > 100, $"{yes} fit and {no} do not: too one-sided to prove anything");
    }

    private static PcieMachine Only(int[] devices) => new(
        "small",
        [.. Enumerable.Range(0, 32).Except(devices)
            .Select(device => new ReservedFunction(new(device, 0), "nothing", false))]);

    private static UserDevice[] User(int[] devices, int[] fixedFunctions, int loose)
    {
        var user = new List<UserDevice>();
        for (var i = 0; i < devices.Length; i++)
        {
            for (var function = 0; function < fixedFunctions[i]; function++)
                user.Add(new UserDevice(user.Count, "nvme") { Address = new(devices[i], function) });
        }

        for (var i = 0; i < loose; i++)
            user.Add(new UserDevice(user.Count, "nvme"));
        return [.. user];
    }

    private static bool SomeAssignmentFits(Small small)
    {
        var requests = small.Requests;
        var drivePorts = requests.Layout == PcieLayout.Packed ? (requests.Drives + 7) / 8 : requests.Drives;
        var ports = requests.Nics + requests.Roots + drivePorts + requests.Spares;
        var others = requests.Integrated + requests.User.Count(device => device.Address is null);
        return Try(small, [.. small.Devices.Order()], 0, ports, others);
    }

    // Every split of each device number between ports and others, ports in a run of full eights.
    private static bool Try(Small small, int[] devices, int i, int ports, int others)
    {
        if (i == devices.Length)
            return ports == 0 && others == 0;
        var taken = small.FixedFunctions[Array.IndexOf(small.Devices, devices[i])];
        var mayCarryPorts = taken == 0 && devices[i] is >= 0x07 and <= 0x1e;
        for (var portsHere = 0; portsHere <= (mayCarryPorts ? Math.Min(8, ports) : 0); portsHere++)
        {
            if (portsHere is > 0 and < 8 && portsHere < ports)
                continue;
            for (var othersHere = 0; othersHere <= Math.Min(8 - taken - portsHere, others); othersHere++)
            {
                if (Try(small, devices, i + 1, ports - portsHere, others - othersHere))
                    return true;
            }
        }

        return false;
    }
}
