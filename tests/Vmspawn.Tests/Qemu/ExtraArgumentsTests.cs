using Vmspawn.Qemu.Extra;

namespace Vmspawn.Tests.Qemu;

public class ExtraArgumentsTests
{
    [Fact]
    public void A_device_in_either_syntax_is_found()
    {
        var extra = Parse("-drive", "if=none,id=a", "-device", "nvme,drive=a,serial=x y", "--device", """{"driver":"nvme","id":"b"}""");
        Assert.Equal(["nvme", "nvme"], extra.Devices.Select(device => device.Driver));
        Assert.Equal(3, extra.Devices[0].WordIndex);
        Assert.True(extra.Devices[1].IsJson);
    }

    [Fact]
    public void A_number_as_address_in_JSON_is_device_and_function_in_one()
    {
        var extra = Parse("-device", """{"driver":"nvme","addr":41}""");
        Assert.Equal("5.1", extra.Devices[0].Properties["addr"]);
    }

    [Theory]
    [InlineData("has no value", "-device")]
    [InlineData("names no driver", "-device", "id=x")]
    [InlineData("is not valid JSON", "-device", "{\"driver\":")]
    [InlineData("is no JSON object", "-device", "{}[")]
    [InlineData("no such device driver", "-device", "nvmee")]
    [InlineData("names more than one device", "-device", "nvme,id=a", "-device", "nvme,id=a")]
    [InlineData("ids that start with vmspawn- are reserved", "-device", "nvme,id=vmspawn-root")]
    public void A_mistake_is_reported_before_QEMU_is_started(string expected, params string[] words)
    {
        var problems = new List<Problem>();
        ExtraArgumentsParser.Parse(words, SomeQemu.Facts, problems);
        var text = Assert.Single(problems).ToString();
        if (expected == "is no JSON object")
            Assert.Contains("JSON", text, StringComparison.Ordinal);
        else
            Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_virtio_drive_becomes_a_device_that_can_be_given_an_address()
    {
        var extra = Parse("-drive", "file=x.img,if=virtio,format=raw");
        Assert.Equal("-drive file=x.img,if=none,format=raw,id=vmspawn-user-drive-0 -device virtio-blk-pci,drive=vmspawn-user-drive-0",
            string.Join(' ', extra.Words));
        Assert.Equal("virtio-blk-pci", Assert.Single(extra.Devices).Driver);
    }

    [Fact]
    public void A_virtfs_share_becomes_a_device_that_can_be_given_an_address()
    {
        var extra = Parse("-virtfs", "local,path=/srv,mount_tag=t,security_model=none");
        Assert.Equal("-fsdev local,path=/srv,security_model=none,id=vmspawn-user-share-0 -device virtio-9p-pci,fsdev=vmspawn-user-share-0,mount_tag=t",
            string.Join(' ', extra.Words));
    }

    [Fact]
    public void Devices_of_the_board_are_counted() =>
        Assert.Equal(["-vga std", "-nic"], Parse("-vga", "std", "-nic", "user", "-net", "none").Implied);

    [Theory]
    [InlineData("nvme,serial=a", false, "nvme,serial=a,bus=pcie.0,addr=4.0,multifunction=on")]
    [InlineData("""{"driver":"nvme","serial":"a"}""", true, """{"driver":"nvme","serial":"a","bus":"pcie.0","addr":"4.0","multifunction":true}""")]
    public void A_planned_address_is_written_in_the_syntax_of_the_user(string text, bool isJson, string expected) =>
        Assert.Equal(expected, PlacedExtra.Write(text, isJson, [new("bus", "pcie.0"), new("addr", "4.0"), new("multifunction", "on")]));

    private static ExtraArguments Parse(params string[] words)
    {
        var problems = new List<Problem>();
        var extra = ExtraArgumentsParser.Parse(words, SomeQemu.Facts, problems);
        Assert.Empty(problems);
        return extra;
    }
}
