namespace Vmspawn.Pcie.Tests;

public class AddressTests
{
    [Fact]
    public void Every_guest_address_is_read_back_as_it_was_written()
    {
        for (var bits = 0; bits < 0x10000; bits++)
        {
            var address = new PciAddress(bits >> 8, (bits >> 3) & 31, bits & 7);
            Assert.True(PciAddress.TryParse(address.ToString(), out var read));
            Assert.Equal(address, read);
            Assert.True(PciAddress.TryParse(address.ToString().AsSpan(5), out read));
            Assert.Equal(address, read);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("0001:03:00.0")]
    [InlineData("03:20.0")]
    [InlineData("03:00.8")]
    [InlineData("03-00.0")]
    [InlineData("+3:00.0")]
    [InlineData("0000:003:00.0")]
    public void What_is_no_guest_address_is_refused(string text) => Assert.False(PciAddress.TryParse(text, out _));

    [Theory]
    [InlineData("5", 5, 0)]
    [InlineData("10", 0x10, 0)]
    [InlineData("0x10", 0x10, 0)]
    [InlineData("1e.7", 0x1e, 7)]
    [InlineData("0X3.0x2", 3, 2)]
    [InlineData("20.9", 0x20, 9)]
    public void The_way_in_which_QEMU_writes_an_address_is_read(string text, int device, int function)
    {
        Assert.True(RootAddress.TryParse(text, out var address));
        Assert.Equal(new RootAddress(device, function), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".1")]
    [InlineData("5.")]
    [InlineData("5.0.0")]
    [InlineData("ffffffff")]
    [InlineData("five")]
    public void What_is_no_address_is_refused(string text) => Assert.False(RootAddress.TryParse(text, out _));

    [Fact]
    public void An_address_is_written_in_hexadecimal() => Assert.Equal("1e.3", new RootAddress(30, 3).ToString());
}
