using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>KVM is used when guests really run on it, and never in the way.</summary>
public sealed class AcceleratorTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_default_boots_here_and_says_so_in_one_line_when_it_emulates(QemuKind qemu)
    {
        var ended = await Run(qemu, Guest("poweroff", "--kvm=auto"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: poweroff", ended.Output, StringComparison.Ordinal);
        // Where KVM runs guests there is nothing to say.
        Assert.InRange(EmulationNotices(ended).Count(), 0, 1);
    }

    [Fact]
    public async Task Emulation_that_was_asked_for_needs_no_notice()
    {
        var ended = await Run(QemuKind.Distribution, Guest("poweroff", "--kvm=no"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Empty(EmulationNotices(ended));
    }

    private static IEnumerable<string> EmulationNotices(Ended ended) =>
        ended.Error.Split('\n').Where(line => line.Contains("emulat", StringComparison.OrdinalIgnoreCase));
}
