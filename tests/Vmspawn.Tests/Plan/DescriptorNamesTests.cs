using Vmspawn.Plan;

namespace Vmspawn.Tests.Plan;

public class DescriptorNamesTests
{
    private static readonly DescriptorPlan[] Descriptors =
    [
        new("vmspawn-root", 6, new OpenedFile("/images/root.raw", ReadOnly: false)),
        new("vmspawn-nvram", 16, new KeptNvram("/images/root.raw.efinvramstate", "/usr/share/OVMF/VARS.fd")),
        new("vmspawn-monitor", 17, new MonitorSocket()),
    ];

    [Theory]
    [InlineData("Is another process using the image [/dev/fdset/6]?", "Is another process using the image [/images/root.raw]?")]
    [InlineData("/dev/fdset/16: /dev/fdset/6", "/images/root.raw.efinvramstate: /images/root.raw")]
    [InlineData("cannot open /proc/self/fd/17", "cannot open vmspawn-monitor")]
    [InlineData("/dev/fdset/99 and 6", "/dev/fdset/99 and 6")]
    [InlineData("/dev/fdset/99999999999999999999", "/dev/fdset/99999999999999999999")]
    public void A_message_of_qemu_about_a_descriptor_names_the_file_behind_it(string said, string explained) =>
        Assert.Equal(explained, DescriptorNames.Explain(said, Descriptors));
}
