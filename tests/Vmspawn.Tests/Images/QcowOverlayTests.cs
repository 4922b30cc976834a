using Vmspawn.Images;

namespace Vmspawn.Tests.Images;

public class QcowOverlayTests
{
    public static TheoryData<long> Sizes => [512, 1024, 65536, 65536 + 512, 512L << 20, (512L << 20) + 512, 10L << 30, 5_000_000_000_000L / 512 * 512, 16L << 40];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Qemu_img_finds_no_fault_and_the_size_asked_for(long size)
    {
        using var directory = new TemporaryDirectory();
        Make(directory["o"], size);
        await Tool.Run("qemu-img", "check", "-f", "qcow2", directory["o"]);
        Assert.Contains($"\"virtual-size\": {size}", await Tool.Run("qemu-img", "info", "--output=json", directory["o"]));
    }

    [Fact]
    public async Task Writes_at_both_ends_of_16_TiB_are_read_back_and_leave_the_image_sound()
    {
        using var directory = new TemporaryDirectory();
        Make(directory["o"], 16L << 40);
        await Tool.Run(
            "qemu-io", "-f", "qcow2", "-c", "write -P 7 0 512", "-c", "write -P 9 17592186043904 512", "-c", "read -P 7 0 512", "-c", "read -P 9 17592186043904 512", "-c", "read -P 0 1M 1M", directory["o"]);
        await Tool.Run("qemu-img", "check", "-f", "qcow2", directory["o"]);
    }

    [Fact]
    public async Task Writes_go_into_the_overlay_and_reads_fall_through_to_the_node_below()
    {
        using var directory = new TemporaryDirectory();
        await Tool.Run("qemu-img", "create", "-q", "-f", "raw", directory["base"], "64M");
        await Tool.Run("qemu-io", "-f", "raw", "-c", "write -P 3 0 1M", directory["base"]);
        var before = await File.ReadAllBytesAsync(directory["base"]);
        Make(directory["o"], 64 << 20);
        var node = $$$$"""json:{"driver":"qcow2","file":{"driver":"file","filename":"{{{{directory["o"]}}}}"},"backing":{"driver":"raw","read-only":true,"file":{"driver":"file","filename":"{{{{directory["base"]}}}}"}}}""";
        var output = await Tool.Run("qemu-io", "-c", "read -P 3 0 1M", "-c", "write -P 5 4096 4096", "-c", "read -P 5 4096 4096", "-c", "read -P 3 8192 4096", node);
        Assert.DoesNotContain("verification failed", output);
        Assert.Equal(before, await File.ReadAllBytesAsync(directory["base"]));
    }

    [Fact]
    public void An_empty_overlay_takes_next_to_no_space()
    {
        using var directory = new TemporaryDirectory();
        Make(directory["o"], 16L << 40);
        Assert.InRange(new FileInfo(directory["o"]).Length, 1, 1 << 20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData((16L << 40) + 512)]
    public void A_size_that_is_no_disk_is_an_argument_error(long size)
    {
        using var directory = new TemporaryDirectory();
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(directory["o"], size));
    }

    private static void Make(string path, long size)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        QcowOverlay.Write(file, size);
    }
}
