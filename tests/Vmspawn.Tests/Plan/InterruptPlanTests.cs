using Vmspawn.Host;
using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Plan;
using Vmspawn.Qemu.Extra;
using Vmspawn.Spec;
using Vmspawn.Tests.Qemu;

namespace Vmspawn.Tests.Plan;

public class InterruptPlanTests
{
    [Fact]
    public void A_few_drives_keep_vectors_of_their_own() =>
        Assert.False(Plan(Machine(drives: 10, cpus: 1)).Interrupts.SharedByDrives);

    [Fact]
    public void A_hundred_drives_on_one_cpu_share_interrupts_with_a_notice()
    {
        var plan = Plan(Machine(drives: 110, cpus: 1));
        Assert.True(plan.Interrupts.SharedByDrives);
        Assert.True(plan.Interrupts.Needed <= plan.Interrupts.Limit);
        Assert.Contains(plan.Notices, notice => notice.Contains("share interrupts", StringComparison.Ordinal));
        Assert.Equal(110, plan.Arguments.Count(argument => argument.Contains(",vectors=0", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_root_disk_never_shares()
    {
        var plan = Plan(Machine(drives: 110, cpus: 1));
        Assert.DoesNotContain("vectors=0", plan.Arguments.Single(argument => argument.Contains("id=vmspawn-root,", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_nvme_of_the_user_do_with_one_vector_each_when_all_would_not_fit()
    {
        var plan = Plan(Machine(drives: 0, cpus: 1) with { Extra = Nvme(100) });
        Assert.True(plan.Interrupts.SharedByUsersNvme);
        Assert.True(plan.Interrupts.Needed <= plan.Interrupts.Limit);
        Assert.Equal("nvme.msix_qsize=1", plan.Arguments[plan.Arguments.ToList().IndexOf("-global") + 1]);
    }

    [Fact]
    public void Twenty_nvme_of_the_user_stay_as_they_are() =>
        Assert.DoesNotContain("-global", Plan(Machine(drives: 0, cpus: 1) with { Extra = Nvme(20) }).Arguments);

    [Fact]
    public void More_cpus_have_more_vectors() =>
        Assert.Equal(4 * Plan(Machine(1, 1)).Interrupts.Limit, Plan(Machine(1, 4)).Interrupts.Limit);

    private static VmPlan Plan(MachineSpec spec) => MachinePlanner.Plan(spec).Plan!;

    private static ExtraArguments Nvme(int count)
    {
        var problems = new List<Problem>();
        var words = Enumerable.Range(0, count).SelectMany(i => new[] { "-device", $"nvme,serial={i}" });
        var extra = ExtraArgumentsParser.Parse([.. words], SomeQemu.Facts, problems);
        Assert.Empty(problems);
        return extra;
    }

    private static MachineSpec Machine(int drives, int cpus) => new()
    {
        Name = "vm",
        Host = new HostFacts(0, 1, 1 << 30, new RuntimeBase("/run", IsFallback: false), false, false, false),
        Qemu = SomeQemu.Facts,
        Accelerator = new AcceleratorSpec("tcg", null),
        Cpus = new CpuTopology(cpus, $"{cpus}"),
        Ram = RamSize.Default,
        Console = ConsoleMode.Headless,
        Layout = PcieLayout.Ports,
        HotplugPorts = 10,
        Drives = [Drive(DeviceIds.RootDrive, isRoot: true), .. Enumerable.Range(0, drives).Select(i => Drive(DeviceIds.ExtraDrive(i), isRoot: false))],
    };

    private static DriveSpec Drive(string id, bool isRoot) => new()
    {
        Id = id, Path = $"/{id}", Format = ImageFormat.Raw, Type = DiskType.VirtioBlk, Serial = id, VirtualSize = 1 << 20, IsRoot = isRoot,
    };
}
