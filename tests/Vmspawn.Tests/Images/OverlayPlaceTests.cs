using Vmspawn.Images;

namespace Vmspawn.Tests.Images;

public class OverlayPlaceTests
{
    [Fact]
    public void Beside_the_image_is_the_first_choice()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(directory.Path, OverlayPlace.Choose("-x", "what the guest writes", directory["image.raw"], "/var/tmp", [])!.Directory);
    }

    [Fact]
    public void An_image_in_memory_gets_its_overlay_on_disk()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(directory.Path, OverlayPlace.Choose("-x", "what the guest writes", "/dev/shm/image.raw", directory.Path, [])!.Directory);
        Assert.Equal("/var/tmp", OverlayPlace.Choose("-x", "what the guest writes", "/dev/shm/image.raw", "/dev/shm", [])!.Directory);
    }

    [Fact]
    public void A_block_device_gets_its_overlay_elsewhere() =>
        Assert.Equal("/var/tmp", OverlayPlace.Choose("-x", "what the guest writes", "/dev/vda", null, [])!.Directory);

    [Fact]
    public void When_no_place_will_do_each_is_named_with_its_reason()
    {
        var problems = new List<Problem>();
        Assert.Null(OverlayPlace.Choose("-x", "what the guest writes", "/proc/image.raw", "/nonexistent", problems, lastResort: "/dev/shm"));
        var problem = Assert.Single(problems);
        Assert.Equal("overlay-place", problem.Code);
        Assert.Matches("/proc: .+; /nonexistent: .+; /dev/shm: .+", problem.Text);
        Assert.Contains("$TMPDIR", problem.Hint);
    }

    [Fact]
    public void The_file_has_no_name_and_nothing_is_left_in_the_directory()
    {
        using var directory = new TemporaryDirectory();
        var place = OverlayPlace.Choose("-x", "what the guest writes", directory["image.raw"], null, [])!;
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
        using var file = place.CreateAnonymous();
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
        QcowOverlay.Write(file, 1 << 20);
        Assert.True(RandomAccess.GetLength(file) > 0);
    }
}
