using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The first thing a new user runs.</summary>
public sealed class DemoTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_demo_shows_the_pci_tree_and_powers_off(QemuKind qemu)
    {
        var ended = await Run(qemu, "demo");
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("Hello from inside the virtual machine.", ended.Output, StringComparison.Ordinal);
        Assert.Contains("00:00.0  host bridge", ended.Output, StringComparison.Ordinal);
        Assert.Contains("root port, slot 1", ended.Output, StringComparison.Ordinal);
        Assert.Contains("01:00.0", ended.Output, StringComparison.Ordinal);
        Assert.Contains("Powering off.", ended.Output, StringComparison.Ordinal);
    }
}
