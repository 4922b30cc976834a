using System.Text;
using CsCheck;
using Vmspawn.Images;
using Vmspawn.Options;

namespace Vmspawn.Tests.Images;

public class DiskSerialTests
{
    [Theory]
    [InlineData("/srv/disks/data.raw", DiskType.VirtioBlk, "data.raw")]
    [InlineData("a disk.raw", DiskType.Nvme, "a disk.raw")]
    [InlineData("12345678901234567890", DiskType.Nvme, "12345678901234567890")]
    [InlineData("123456789012345678901", DiskType.VirtioScsi, "123456789012345678901")]
    [InlineData("/dev/disk/", DiskType.VirtioBlk, "disk")]
    public void A_file_name_that_fits_is_the_serial(string path, DiskType type, string serial) =>
        Assert.Equal(serial, DiskSerial.For(path, type));

    [Theory]
    // printf 123456789012345678901 | sha256sum
    [InlineData("123456789012345678901", DiskType.VirtioBlk, "84ed10bcfb6360d89f00")]
    [InlineData("123456789012345678901", DiskType.Nvme, "84ed10bcfb6360d89f00")]
    public void A_longer_file_name_is_the_start_of_its_digest(string path, DiskType type, string serial) =>
        Assert.Equal(serial, DiskSerial.For(path, type));

    [Fact]
    public void A_serial_always_fits_its_device_and_can_be_printed() =>
        Gen.Select(Gen.String[1, 80], Gen.Enum<DiskType>()).Sample((name, type) =>
        {
            var serial = DiskSerial.For("/d/" + name.Replace('/', '_'), type);
            var limit = type is DiskType.VirtioBlk or DiskType.Nvme ? 20 : 30;
            return serial.Length > 0 && Encoding.UTF8.GetByteCount(serial) <= limit && !serial.Any(char.IsControl);
        });
}
