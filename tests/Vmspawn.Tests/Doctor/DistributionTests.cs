using Vmspawn.Doctor;

namespace Vmspawn.Tests.Doctor;

public class DistributionTests
{
    [Theory]
    [InlineData("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n", "Debian GNU/Linux 12 (bookworm)", "apt install swtpm swtpm-tools")]
    [InlineData("NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "Linux Mint", "apt install swtpm swtpm-tools")]
    [InlineData("ID=fedora\n", "fedora", "dnf install swtpm swtpm-tools")]
    [InlineData("ID=rocky\nID_LIKE='rhel centos fedora'\n", "rocky", "dnf install swtpm swtpm-tools")]
    [InlineData("ID=arch\n", "arch", "pacman -S swtpm")]
    [InlineData("ID=opensuse-tumbleweed\nID_LIKE=\"opensuse suse\"\n", "opensuse-tumbleweed", "zypper install swtpm")]
    [InlineData("ID=nixos\n", "nixos", "install swtpm")]
    [InlineData(null, "linux", "install swtpm")]
    public void What_installs_a_package_follows_from_os_release(string? text, string name, string command)
    {
        var distribution = Distribution.Of(text);
        Assert.Equal((name, command), (distribution.Name, distribution.Install(Package.Swtpm)));
    }

    [Fact]
    public void What_a_distribution_does_not_have_is_named_as_its_makers_do() =>
        Assert.Equal("install vhost-device-vsock", Distribution.Of("ID=arch").Install(Package.VhostDeviceVsock));
}
