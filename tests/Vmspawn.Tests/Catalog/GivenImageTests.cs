using Vmspawn.Options;

namespace Vmspawn.Tests.Catalog;

public class GivenImageTests
{
    [Fact]
    public async Task A_disk_image_is_used_in_the_format_of_its_name_and_a_given_format_counts_more()
    {
        using var directory = new TemporaryDirectory();
        var raw = Written(directory["disk.raw"], new byte[512]);
        Assert.Equal((raw, ImageFormat.Raw), await FormatOf(VmImage.File(raw)));
        var named = Written(directory["disk.qcow2"], new byte[512]);
        var error = await Assert.ThrowsAsync<VmImageException>(() => FormatOf(VmImage.File(named)));
        Assert.Equal(named, error.Image);
        Assert.Equal((named, ImageFormat.Raw), await FormatOf(VmImage.File(named, ImageFormat.Raw)));
    }

    [Fact]
    public async Task What_is_missing_or_of_another_kind_is_refused_with_its_path()
    {
        using var directory = new TemporaryDirectory();
        var file = Written(directory["file"], new byte[512]);
        foreach (var image in new[] { VmImage.File(Path.Combine(directory.Path, "none")), VmImage.File(directory.Path), VmImage.Tree(file), VmImage.Kernel(file, [directory.Path + "/none"]) })
        {
            var error = await Assert.ThrowsAsync<VmImageException>(() => image.PrepareAsync(cancellationToken: TestContext.Current.CancellationToken));
            Assert.StartsWith(image.Name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_stamp_of_a_file_changes_with_its_content_even_if_its_times_are_set_back()
    {
        using var directory = new TemporaryDirectory();
        var path = Written(directory["disk.raw"], new byte[512]);
        var before = await StampOf(VmImage.File(path));
        Assert.Equal(before, await StampOf(VmImage.File(path)));
        var written = File.GetLastWriteTimeUtc(path);
        await File.WriteAllBytesAsync(path, [1, .. new byte[511]], TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(path, written);
        Assert.NotEqual(before, await StampOf(VmImage.File(path)));
    }

    [Fact]
    public async Task The_stamp_of_a_tree_changes_with_every_file_below_it_and_not_by_a_look()
    {
        using var directory = new TemporaryDirectory();
        var below = Directory.CreateDirectory(Path.Combine(directory.Path, "etc/deep")).FullName;
        File.CreateSymbolicLink(Path.Combine(directory.Path, "loop"), directory.Path);
        var file = Path.Combine(below, "file");
        File.WriteAllText(file, "1");
        var stamps = new List<string> { await StampOf(VmImage.Tree(directory.Path)) };
        Assert.Equal(stamps[0], await StampOf(VmImage.Tree(directory.Path)));

        await Change(() => File.WriteAllText(file, "2"));
        await Change(() => File.SetUnixFileMode(below, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        await Change(() => File.Move(file, file + "2"));
        await Change(() => Directory.CreateDirectory(Path.Combine(below, "empty")));

        async Task Change(Action change)
        {
            change();
            var stamp = await StampOf(VmImage.Tree(directory.Path));
            Assert.DoesNotContain(stamp, stamps);
            stamps.Add(stamp);
        }
    }

    [Fact]
    public async Task A_kernel_is_booted_without_firmware_and_its_arguments_come_before_those_of_the_options()
    {
        using var directory = new TemporaryDirectory();
        var kernel = Written(directory["vmlinuz"], new byte[8]);
        var initrd = Written(directory["initrd"], new byte[8]);
        var files = await VmImage.Kernel(kernel, [initrd], ["quiet"]).PrepareAsync(cancellationToken: TestContext.Current.CancellationToken);
        var options = files.ApplyTo(new VmOptions { KernelArguments = ["debug"] });
        Assert.Equal((kernel, FirmwareKind.None, null, false), (options.Linux, options.Firmware, options.Image, options.Ephemeral));
        Assert.Equal([initrd], options.Initrds);
        Assert.Equal(["quiet", "debug"], options.KernelArguments);
    }

    [Fact]
    public void The_guests_writes_to_a_shared_image_are_discarded_or_go_to_a_child_of_it()
    {
        var files = new VmImageFiles { Image = "/shared.qcow2", Format = ImageFormat.Qcow2, IsShared = true, HasCloudInit = true, Stamp = "" };
        var options = files.ApplyTo(new VmOptions());
        Assert.Equal(("/shared.qcow2", ImageFormat.Qcow2, true), (options.Image, options.ImageFormat, options.Ephemeral));
        Assert.NotNull(options.CloudInit);
        Assert.Equal([NetworkMode.User], options.Networks);

        var kept = files.ApplyTo(new VmOptions { Image = "/mine.qcow2" });
        Assert.Equal(("/mine.qcow2", false), (kept.Image, kept.Ephemeral));
        Assert.Equal(new TemplateImage("/shared.qcow2", ImageFormat.Qcow2), kept.Template);
        Assert.Empty(VmPlanning.Check(kept));
        Assert.False((files with { IsShared = false }).ApplyTo(new VmOptions()).Ephemeral);
    }

    [Fact]
    public void Options_that_say_what_is_booted_are_not_replaced()
    {
        var disk = new VmImageFiles { Image = "/disk.raw", Stamp = "" };
        Assert.Throws<ArgumentException>(() => disk.ApplyTo(new VmOptions { Directory = "/tree" }));
        Assert.Throws<ArgumentException>(() => disk.ApplyTo(new VmOptions { Template = new TemplateImage("/other.raw", ImageFormat.Raw) }));
        Assert.Throws<ArgumentException>(() => new VmImageFiles { Directory = "/tree", Stamp = "" }.ApplyTo(new VmOptions { Image = "/disk.raw" }));
        Assert.Equal("/vmlinuz", (disk with { Linux = "/other" }).ApplyTo(new VmOptions { Linux = "/vmlinuz" }).Linux);
    }

    private static string Written(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        return path;
    }

    private static async Task<(string? Path, ImageFormat Format)> FormatOf(VmImage image)
    {
        var files = await image.PrepareAsync(cancellationToken: TestContext.Current.CancellationToken);
        return (files.Image, files.Format);
    }

    private static async Task<string> StampOf(VmImage image) =>
        (await image.PrepareAsync(cancellationToken: TestContext.Current.CancellationToken)).Stamp;
}
