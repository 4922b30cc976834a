using Vmspawn.Pcie;

// Only plans, on whatever platform: there is no SupportedOSPlatform here.
var request = new PcieRequest(
    PcieMachine.Q35, PcieLayout.Auto, 2, [DeviceDemand.Boot("net0", "virtio-net-pci", BootClass.Nic, "network")], [new UserDevice(0, "nvme")]);
var topology = PciePlanner.Plan(request).Topology!;
Console.WriteLine(TopologyJson.Text(topology));
Console.WriteLine(string.Join(' ', QemuArguments.Ports(topology)));
return topology == PciePlanner.Plan(request with { }).Topology ? 0 : 1;
