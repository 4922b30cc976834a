using CsCheck;

namespace Vmspawn.Pcie.Tests;

/// <summary>Names in the guest come from addresses: what is there must not move when something is added.</summary>
public class StabilityTests
{
    [Fact]
    public void Adding_a_drive_moves_no_NIC_no_root_no_vsock_and_no_earlier_drive() =>
        AddingKeeps(requests => requests with { Drives = requests.Drives + 1 }, BootClass.Drive);

    [Fact]
    public void Adding_a_share_moves_no_drive_and_no_earlier_share() =>
        AddingKeeps(requests => requests with { Shares = requests.Shares + 1 }, BootClass.Share);

    [Fact]
    public void Adding_a_spare_moves_no_boot_device() =>
        AddingKeeps(requests => requests with { Spares = requests.Spares + 1 }, BootClass.Controller);

    [Fact]
    public void Adding_an_integrated_device_moves_no_boot_device() =>
        AddingKeeps(requests => requests with { Integrated = requests.Integrated + 1 }, BootClass.Controller);

    [Fact]
    public void Adding_a_device_of_the_users_moves_no_boot_device() => AddingKeeps(
        requests => requests with { User = [.. requests.User, new UserDevice(9999, "nvme")] }, BootClass.Controller);

    [Fact]
    public void Adding_a_loose_root_port_of_the_users_moves_no_boot_device() => AddingKeeps(
        requests => requests with
        {
            User = [.. requests.User, new UserDevice(9999, "pcie-root-port") { Id = "new", Chassis = 255, Slot = 255 }],
        },
        BootClass.Controller);

    [Theory]
    [InlineData(180)]
    [InlineData(110)]
    [InlineData(0)]
    public void NIC_root_and_vsock_stay_from_one_drive_to_four_hundred_through_the_switch_to_packed(int spares)
    {
        var few = new Requests { Nics = 2, Vsocks = 1, Spares = spares }.Topology();
        for (var drives = 1; drives <= 400; drives++)
        {
            var plan = new Requests { Nics = 2, Vsocks = 1, Spares = spares, Drives = drives }.Plan();
            if (plan.Topology is not { } more)
                continue;
            foreach (var id in new[] { "nic0", "nic1", "root0", "vsock0" })
                Assert.Equal(few.FindDevice(id)!.Guest, more.FindDevice(id)!.Guest);
        }
    }

    [Fact]
    public void The_first_NIC_is_on_bus_one_wherever_the_run_of_ports_begins()
    {
        foreach (var drives in new[] { 0, 100, 110, 150, 180, 400 })
        {
            var plan = new Requests { Drives = drives }.Topology();
            Assert.Equal("0000:01:00.0", plan.FindDevice("nic0")!.Guest.ToString());
            Assert.Equal("0000:02:00.0", plan.FindDevice("root0")!.Guest.ToString());
        }
    }

    [Theory]
    [InlineData(0x08)]
    [InlineData(0x0f)]
    [InlineData(0x11)]
    public void A_bridge_that_the_user_fixed_among_the_ports_moves_nothing_when_the_run_grows(int device)
    {
        UserDevice[] user = [new(0, "pcie-root-port") { Id = "mine", Address = new(device, 0) }];
        var before = new Requests { User = user, Layout = PcieLayout.Ports }.Topology();
        for (var drives = 1; drives <= 170; drives++)
        {
            var after = new Requests { User = user, Drives = drives, Layout = PcieLayout.Ports }.Topology();
            AssertSameGuest(before, after, after.Devices.Where(item => item.Id is "nic0" or "root0"));
            AssertSameGuest(
                before, after, before.Devices.Where(item => item.Id?.StartsWith("drive", StringComparison.Ordinal) == true));
            before = after;
        }
    }

    [Fact]
    public void A_plan_with_one_drive_more_differs_by_that_drive_only() => RequestGen.Ours.Where(requests => requests.Drives > 0).Sample(
        requests =>
        {
            if (requests.Plan().Topology is not { } whole)
                return;
            var less = (requests with { Drives = requests.Drives - 1, Layout = whole.Layout }).Topology();
            var last = $"drive{requests.Drives - 1}";
            var shift = whole.Ports.Count - less.Ports.Count;
            Assert.InRange(shift, 0, 1);
            // Integrated devices have no port; they close ranks when the run of ports reaches down to them.
            var baseMoved = Base(whole) != Base(less);
            foreach (var device in whole.Devices.Where(device => device.Id != last))
            {
                if (baseMoved && device.Bus == "pcie.0")
                    continue;
                var before = less.FindDevice(device.Id!)!;
                var moved = IsAfterDrives(device) ? shift : 0;
                Assert.Equal(before.Guest!.Value with { Bus = before.Guest.Value.Bus + moved }, device.Guest);
            }

            Assert.Equal(less.Ports.Select(port => port.Slot), whole.Ports.Take(less.Ports.Count).Select(port => port.Slot));
        },
        iter: 200);

    private static RootAddress? Base(PcieTopology plan) => plan.Ports is [var first, ..] ? first.Address : null;

    private static bool IsAfterDrives(PlacedDevice device) =>
        device.Id!.StartsWith("share", StringComparison.Ordinal) || device.Id.StartsWith("scsi", StringComparison.Ordinal);

    private static void AddingKeeps(Func<Requests, Requests> add, BootClass upTo)
    {
        var compared = 0;
        RequestGen.Any.Sample(
            requests =>
            {
                if (requests.Plan().Topology is not { } before || add(requests).Plan().Topology is not { } after)
                    return;
                // When packing begins, only what never shares a port stays; and it does.
                var kept = before.Layout == after.Layout ? upTo : BootClass.Vsock;
                if (BridgeBelowPorts(before) || BridgeBelowPorts(after))
                    return;
                Interlocked.Increment(ref compared);
                var ids = requests.Request().Devices.Where(demand => demand.Class <= kept).Select(demand => demand.Id);
                AssertSameGuest(before, after, before.Devices.Where(device => ids.Contains(device.Id)));
            },
            iter: 300);
        Assert.True(compared > 100, $"only {compared} requests were compared");
    }

    // The last resort of the planner, which its documentation excepts.
    private static bool BridgeBelowPorts(PcieTopology plan) => plan.Devices.Any(
        device => device is { Bus: "pcie.0", AddAddress: true, Driver: "pcie-root-port" or "pcie-pci-bridge" }
            && plan.Ports.Count > 0 && device.Address.DevFn < plan.Ports[^1].Address.DevFn);

    private static void AssertSameGuest(PcieTopology before, PcieTopology after, IEnumerable<PlacedDevice> devices)
    {
        foreach (var device in devices)
            Assert.Equal(before.FindDevice(device.Id!)!.Guest, after.FindDevice(device.Id!)!.Guest);
    }
}
