using Vmspawn.Options;
using Vmspawn.Plan;

namespace Vmspawn.Cli.Tests.Golden;

public class DiskPlanTests
{
    [Theory]
    [InlineData(DiskType.VirtioBlk)]
    [InlineData(DiskType.Nvme)]
    [InlineData(DiskType.VirtioScsi)]
    public void A_disk_of_large_sectors_has_them_in_the_guest(DiskType type)
    {
        using var host = new GoldenInventory();
        var spec = host.Spec(["-i", "IMAGES/root.raw", "--firmware=bios"], null).Spec!;
        var drive = spec.Drives[0] with { Type = type };
        Assert.DoesNotContain("block_size", Words(spec with { Drives = [drive] }), StringComparison.Ordinal);
        Assert.Contains("logical_block_size=4096,physical_block_size=4096", Words(spec with { Drives = [drive with { SectorSize = 4096 }] }), StringComparison.Ordinal);

        static string Words(Vmspawn.Spec.MachineSpec spec) => string.Join(' ', MachinePlanner.Plan(spec).Plan!.Arguments);
    }

    [Fact]
    public void An_image_is_handed_over_only_when_it_is_the_file_that_was_looked_at()
    {
        using var host = new GoldenInventory();
        var plan = host.Plan(["-i", "IMAGES/root.raw", "--extra-drive=nvme:IMAGES/data.raw", "--firmware=bios"], null).Plan!;
        var images = plan.Descriptors.Select(descriptor => descriptor.Source).OfType<OpenedFile>().Where(file => file.Path.EndsWith(".raw", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, images.Count);
        Assert.All(images, image => Assert.NotNull(image.Identity));
    }
}
