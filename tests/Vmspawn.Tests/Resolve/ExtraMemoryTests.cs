using Vmspawn.Options;
using Vmspawn.Resolve;

namespace Vmspawn.Tests.Resolve;

public class ExtraMemoryTests
{
    [Theory]
    [InlineData("300M", 300, null, 0)]
    [InlineData("300", 300, null, 0)]
    [InlineData("1g", 1024, null, 0)]
    [InlineData("size=1G,slots=3,maxmem=4G", 1024, 4096, 3)]
    public void The_users_own_size_is_that_of_the_machine(string text, int size, int? max, int slots)
    {
        var options = Apply([], "-device", "nvme", "-m", text, "--no-shutdown");
        Assert.Equal(["-device", "nvme", "--no-shutdown"], options.QemuExtra);
        Assert.Equal(((long)size << 20, (long?)max << 20), (options.Ram.Size, options.Ram.Max));
        if (max is not null)
            Assert.Equal(slots, options.Ram.Slots);
    }

    [Fact]
    public void A_memory_property_that_a_later_option_omits_keeps_its_earlier_value()
    {
        var ram = Apply([], "-m", "1G,slots=2,maxmem=3G", "--m", "512M").Ram;
        Assert.Equal((512L << 20, 3L << 30, 2), (ram.Size, ram.Max, ram.Slots));
    }

    [Fact]
    public void An_invalid_size_is_a_mistake()
    {
        var problems = new List<Problem>();
        Apply(problems, "-m", "much");
        Assert.Equal("$SYSTEMD_VMSPAWN_QEMU_EXTRA: -m much", Assert.Single(problems).Subject);
    }

    private static VmOptions Apply(List<Problem> problems, params string[] words)
    {
        var options = ExtraMemory.Apply(new VmOptions { QemuExtra = words }, problems);
        return options;
    }
}
