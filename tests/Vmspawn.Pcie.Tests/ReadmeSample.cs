namespace Vmspawn.Pcie.Tests;

public class ReadmeSample
{
    [Fact]
    public void The_sample_of_the_readme_prints_the_tree_the_arguments_and_the_JSON()
    {
        using var print = new StringWriter();
        Run(print);
        Assert.StartsWith("pcie.0 of q35", print.ToString());
        Assert.Contains("\n-device pcie-root-port,id=vmspawn-pcieport-0,", print.ToString());
        Assert.Contains("\n{\"machine\":\"q35\",", print.ToString());
    }

    private static void Run(StringWriter print)
    {
        // <readme>
        var plan = PciePlanner.Plan(new PcieRequest(
            PcieMachine.Q35,
            PcieLayout.Auto,
            Spares: 4,
            Devices:
            [
                DeviceDemand.Boot("net0", "virtio-net-pci", BootClass.Nic, "network"),
                DeviceDemand.Boot("disk0", "virtio-blk-pci", BootClass.Root, "root disk"),
            ],
            User: []));
        foreach (var problem in plan.Problems)
            print.WriteLine(problem.Text);
        if (plan.Topology is { } topology)
        {
            print.WriteLine(TopologyDrawing.Tree(topology));
            print.WriteLine(string.Join(' ', [.. QemuArguments.Ports(topology), .. QemuArguments.Devices(topology)]));
            print.WriteLine(TopologyJson.Text(topology));
        }
        // </readme>
    }
}
