using Vmspawn.Pcie;

namespace Vmspawn.Readme;

/// <summary>The code of docs/pcie.md.</summary>
internal static class PageSample
{
    public static Task RunAsync(Action<string> print)
    {
        // <page>
        var request = new PcieRequest(
            PcieMachine.Q35,
            PcieLayout.Auto,
            Spares: 2,
            Devices:
            [
                DeviceDemand.Boot("net0", "virtio-net-pci", BootClass.Nic, "network"),
                DeviceDemand.Boot("disk0", "virtio-blk-pci", BootClass.Root, "root disk"),
            ],
            // Devices of the user's own -device arguments: one has an address, the other gets one.
            User:
            [
                new UserDevice(0, "e1000e") { Id = "nic", Bus = "pcie.0", Address = new RootAddress(5, 0) },
                new UserDevice(1, "nvme") { Id = "fast" },
            ]);
        var topology = PciePlanner.Plan(request).Topology!;
        foreach (var port in topology.Ports)
            print($"{port.Id} at {port.Address}: {port.Owner ?? "free"}");
        foreach (var device in topology.Devices)
            print($"{device.Id}: on {device.Bus}, {device.Guest} in the guest");
        foreach (var line in topology.Budget.Lines)
            print($"{line.Name}: {line.Used} of {line.Limit}");

        // One more drive changes no address.
        var more = PciePlanner.Plan(request with { Devices = [.. request.Devices, DeviceDemand.Boot("disk1", "virtio-blk-pci", BootClass.Drive, "drive 1")] }).Topology!;
        print($"as before: {topology.Devices.All(device => device == more.FindDevice(device.Id!))}");

        // What does not fit is a problem with the numbers.
        foreach (var problem in PciePlanner.Plan(request with { Spares = 300 }).Problems)
            print($"{problem.Code}: {problem.Text}");
        // </page>
        return Task.CompletedTask;
    }
}
