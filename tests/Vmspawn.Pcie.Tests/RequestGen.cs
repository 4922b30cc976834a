using CsCheck;

namespace Vmspawn.Pcie.Tests;

/// <summary>Random requests; the user's devices are such that only a lack of room can refuse them.</summary>
internal static class RequestGen
{
    private static readonly Gen<int> FewOrMany = Gen.Frequency((4, Gen.Int[0, 6]), (1, Gen.Int[0, 260]));

    /// <summary>Requests without devices of the user.</summary>
    public static readonly Gen<Requests> Ours =
        from machine in Gen.Bool
        from layout in Gen.Enum<PcieLayout>()
        from integrated in Gen.Int[0, 8]
        from first in Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1], Gen.Int[0, 1])
        from more in Gen.Select(FewOrMany, FewOrMany, Gen.Int[0, 2], FewOrMany)
        select new Requests
        {
            Machine = machine ? PcieMachine.Q35 : PcieMachine.Virt,
            Layout = layout,
            Integrated = integrated,
            Nics = first.Item1,
            Roots = first.Item2,
            Vsocks = first.Item3,
            Drives = more.Item1,
            Shares = more.Item2,
            Controllers = more.Item3,
            Spares = more.Item4,
        };

    /// <summary>Requests with the user's devices and vmspawn's.</summary>
    public static readonly Gen<Requests> Any =
        from ours in Ours
        from fixedOnes in Gen.Select(Gen.Int[1, 30], Gen.Int[0, 3], Gen.Bool).Array[0, 5]
        from loose in Gen.Frequency((4, Gen.Int[0, 10]), (1, Gen.Int[0, 230]))
        from bridges in Gen.Int[0, 3]
        from behind in Gen.Int[0, 12].Array[0, 10]
        select ours with { User = User(ours, fixedOnes, loose, bridges, behind) };

    private static UserDevice[] User(
        Requests ours, (int Device, int Siblings, bool Bridge)[] fixedOnes, int loose, int bridges, int[] behind)
    {
        var user = new List<UserDevice>();
        var buses = new List<string>();
        foreach (var (device, siblings, bridge) in fixedOnes.DistinctBy(one => one.Device))
        {
            // Siblings before function 0, which is as good as after it.
            for (var function = siblings; function > 0; function--)
                user.Add(new UserDevice(user.Count, "nvme") { Address = new(device, function) });
            if (bridge)
                buses.Add($"fixed{device}");
            user.Add(Bridge(user.Count, bridge ? $"fixed{device}" : null) with { Address = new(device, 0) });
        }

        for (var i = 0; i < loose; i++)
            user.Add(new UserDevice(user.Count, "nvme") { Bus = i % 2 == 0 ? null : "pcie.0" });
        for (var i = 0; i < bridges; i++)
        {
            user.Insert(user.Count / 2, Bridge(800 + i, $"loose{i}"));
            buses.Add($"loose{i}");
        }

        for (var i = 0; i < Math.Min(2, ours.Spares); i++)
            buses.Add($"vmspawn-hotplug-pci-root-port-{i}");
        foreach (var bus in behind)
            user.Add(new UserDevice(2000 + user.Count, "nvme") { Bus = bus < buses.Count ? buses[bus] : "elsewhere" });
        return [.. WithinEightBehindAPort(user)];
    }

    private static UserDevice Bridge(int index, string? id) => id is null
        ? new UserDevice(index, "nvme")
        : new UserDevice(index, index % 2 == 0 ? "pcie-pci-bridge" : "pcie-root-port")
        {
            Id = id,
            Chassis = index % 700,
            Slot = index % 700 % 256,
        };

    private static IEnumerable<UserDevice> WithinEightBehindAPort(IEnumerable<UserDevice> user) => user
        .GroupBy(device => device.Bus is null or "pcie.0" ? "pcie.0" : device.Bus)
        .SelectMany(group => group.Key == "pcie.0" ? group : group.Take(8))
        .OrderBy(device => device.Bus is null or "pcie.0" ? 0 : 1);
}
