using Vmspawn.Host;
using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Plan;
using Vmspawn.Qemu;
using Vmspawn.Spec;
using Vmspawn.Tests.Qemu;

namespace Vmspawn.Tests.Plan;

public class MachineArgumentsTests
{
    [Theory]
    [InlineData("x86_64", "kvm", "q35,smm=off,vmport=off,hpet=off", "host")]
    [InlineData("x86_64", "tcg", "q35,smm=off,vmport=off", "max")]
    [InlineData("aarch64", "kvm", "virt,gic-version=max", "host")]
    [InlineData("riscv64", "tcg", "virt", "rv64")]
    public void Board_and_processor_suit_architecture_and_accelerator(string architecture, string accelerator, string board, string model)
    {
        var spec = new MachineSpec
        {
            Name = "vm",
            Host = new HostFacts(0, 1, 1 << 30, new RuntimeBase("/run", IsFallback: false), false, false, false),
            Qemu = SomeQemu.Facts with { Version = new QemuVersion(7, 2, 0) },
            Platform = Platform.Of(OptionWords.Architectures.Single(known => known.Word == architecture).Value)!,
            Accelerator = new AcceleratorSpec(accelerator, null),
            Cpus = CpuTopology.One,
            Ram = new RamSize(1L << 30, 4L << 30, 2),
            Console = ConsoleMode.Headless,
            Layout = PcieLayout.Auto,
        };
        var arguments = MachinePlanner.Plan(spec).Plan!.Arguments.ToList();
        Assert.Equal(board, arguments[arguments.IndexOf("-machine") + 1]);
        Assert.Equal(model, arguments[arguments.IndexOf("-cpu") + 1]);
        Assert.Equal("size=1024M,slots=2,maxmem=4096M", arguments[arguments.IndexOf("-m") + 1]);
    }
}
