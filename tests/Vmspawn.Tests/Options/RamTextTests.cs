using CsCheck;
using Vmspawn.Options;

namespace Vmspawn.Tests.Options;

public class RamTextTests
{
    private const long MiB = 1L << 20;

    [Fact]
    public void A_size_alone_has_no_hotplug() => Assert.Equal(new RamSize(4L << 30), RamText.Parse("4G").Value);

    [Fact]
    public void A_maximum_has_one_slot() => Assert.Equal(new RamSize(1L << 30, 8L << 30, 1), RamText.Parse("1G:8G").Value);

    [Fact]
    public void Slots_can_be_given() => Assert.Equal(new RamSize(1L << 30, 8L << 30, 4), RamText.Parse("1G:8G:4").Value);

    [Fact]
    public void A_maximum_equal_to_the_size_is_no_hotplug() => Assert.Equal(new RamSize(1L << 30), RamText.Parse("1G:1024M").Value);

    [Theory]
    [InlineData("", "size")]
    [InlineData("0", "ram-zero")]
    [InlineData("1G:0", "ram-zero")]
    [InlineData("1G:", "size")]
    [InlineData("2G:1G", "ram-max")]
    [InlineData("1G:2G:0", "ram-slots")]
    [InlineData("1G:2G:257", "ram-slots")]
    [InlineData("1G:2G:x", "ram-slots")]
    [InlineData("1G:2G:1:1", "ram")]
    [InlineData("8E", "size-overflow")]
    [InlineData("9223372036854775807", "size-overflow")]
    [InlineData("1G:9223372036854775807", "size-overflow")]
    public void Wrong_memory_is_refused(string text, string code) => Assert.Equal(code, RamText.Parse(text).Mistake?.Code);

    [Fact]
    public void Memory_is_rounded_up_to_a_MiB() =>
        Gen.Long[1, 1L << 40].Sample(bytes =>
        {
            var size = RamText.Parse($"{bytes}").Value.Size;
            return size % MiB == 0 && size >= bytes && size - bytes < MiB;
        });

    [Fact]
    public void A_maximum_is_never_below_the_size() =>
        Gen.Select(Gen.Long[1, 1L << 40], Gen.Long[1, 1L << 40]).Sample((size, max) =>
        {
            var parsed = RamText.Parse($"{size}:{max}");
            return parsed.Mistake is { } mistake
                ? mistake.Code == "ram-max" && max < size
                : parsed.Value.Max is null ? parsed.Value.Slots == 0 : parsed.Value.Max > parsed.Value.Size && parsed.Value.Slots == 1;
        });
}
