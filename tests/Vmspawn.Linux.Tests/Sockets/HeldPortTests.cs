using System.Net;

namespace Vmspawn.Linux;

public class HeldPortTests
{
    [Theory, InlineData("127.0.0.1", false), InlineData("127.0.0.1", true), InlineData("0.0.0.0", false), InlineData("::1", false), InlineData("::1", true)]
    public void A_held_port_cannot_be_bound_until_it_is_released(string text, bool isUdp)
    {
        var address = IPAddress.Parse(text);
        int number;
        using (var free = HeldPort.Take(address, 0, isUdp))
        {
            number = free.Number;
            Assert.InRange(number, 1, 65535);
            Assert.Equal(Errno.EADDRINUSE, Assert.Throws<LinuxException>(() => HeldPort.Take(address, number, isUdp)).Errno);
        }

        using var again = HeldPort.Take(address, number, isUdp);
        Assert.Equal(number, again.Number);
    }

    [Fact]
    public void An_address_of_another_host_is_refused() =>
        Assert.Equal(Errno.EADDRNOTAVAIL, Assert.Throws<LinuxException>(() => HeldPort.Take(IPAddress.Parse("192.0.2.1"), 0, isUdp: false)).Errno);
}
