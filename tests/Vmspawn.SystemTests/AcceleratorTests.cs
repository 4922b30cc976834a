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
        var notices = ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(notices.Length <= 1, ended.Error);
        Assert.All(notices, line => Assert.Contains("emulat", line, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Emulation_that_was_asked_for_needs_no_notice()
    {
        var ended = await Run(QemuKind.Distribution, Guest("poweroff", "--kvm=no"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Equal("", ended.Error);
    }
}
