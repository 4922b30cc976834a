using Vmspawn.Options;

namespace Vmspawn.Tests.Catalog;

public sealed class MkosiImageTests : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Of_an_output_directory_the_newest_disk_is_booted_and_not_its_kernel()
    {
        await File.WriteAllBytesAsync(_output["image.efi"], new byte[512], Cancel);
        Assert.Equal((_output["image.efi"], FirmwareKind.Auto), (await FilesAsync()).Kernel());
        Directory.CreateDirectory(_output["image/usr"]);
        Assert.Equal(_output["image"], (await FilesAsync()).Directory);
        await File.WriteAllBytesAsync(_output["image_1.raw"], new byte[512], Cancel);
        await File.WriteAllBytesAsync(_output["image_2.raw"], new byte[512], Cancel);
        File.SetLastWriteTimeUtc(_output["image_1.raw"], new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var files = await FilesAsync();
        Assert.Equal((_output["image_2.raw"], null, false), (files.Image, files.Linux, files.IsShared));
    }

    [Fact]
    public async Task A_named_build_is_a_copy_in_the_store()
    {
        await File.WriteAllBytesAsync(_output["image.raw"], [1, .. new byte[511]], Cancel);
        var store = VmImageStore.Open(name => name == VmImageStore.DirectoryVariable ? _output["store"] : null);
        var files = await store.BuildAsync("mine", VmImage.Mkosi(_output.Path), null, Cancel);
        Assert.True(files.IsShared);
        Assert.StartsWith(_output["store"], files.Image, StringComparison.Ordinal);
        File.Delete(_output["image.raw"]);
        Assert.Equal(1, (await File.ReadAllBytesAsync((await store.Named("mine").PrepareAsync(null, Cancel)).Image!, Cancel))[0]);
    }

    [Fact]
    public async Task A_directory_of_neither_kind_is_refused()
    {
        var error = await Assert.ThrowsAsync<VmImageException>(FilesAsync);
        Assert.Contains("neither mkosi.conf nor an output of mkosi", error.Message, StringComparison.Ordinal);
    }

    private Task<VmImageFiles> FilesAsync() => VmImage.Mkosi(_output.Path).PrepareAsync(null, Cancel);
}

file static class Parts
{
    public static (string? Path, FirmwareKind Firmware) Kernel(this VmImageFiles files) => (files.Linux, files.Firmware);
}
