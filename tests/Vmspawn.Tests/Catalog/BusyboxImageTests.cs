using System.Text;

namespace Vmspawn.Tests.Catalog;

public sealed class BusyboxImageTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private VmImageStore Store => VmImageStore.Open(name => name == VmImageStore.DirectoryVariable ? _root["store"] : null);

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task It_has_the_newest_kernel_and_the_modules_that_its_drivers_depend_on()
    {
        AddKernel("6.9.0");
        AddKernel("6.12.1");
        AddModule("6.12.1", "drivers/net/virtio_net.ko", "net_failover");
        AddModule("6.12.1", "drivers/net/net_failover.ko", "failover");
        AddModule("6.12.1", "net/core/failover.ko", "");
        AddModule("6.12.1", "drivers/other.ko", "");
        var files = await Store.BuildAsync("box", VmImage.Busybox(_root.Path), null, Cancel);
        Assert.Equal("kernel 6.12.1", await File.ReadAllTextAsync(files.Linux!, Cancel));
        var initrd = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Assert.Single(files.Initrds), Cancel));
        Assert.Contains("failover\nnet_failover\nvirtio_net\n", initrd, StringComparison.Ordinal);
        Assert.DoesNotContain("modules/other", initrd, StringComparison.Ordinal);
        Assert.StartsWith("070701", initrd, StringComparison.Ordinal);
        Assert.Contains("TRAILER!!!", initrd, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_made_once_and_again_after_a_change_of_the_kernel()
    {
        AddKernel("6.12.1");
        var first = await Store.BuildAsync("box", VmImage.Busybox(_root.Path), null, Cancel);
        Assert.Equal(first.Linux, (await Store.BuildAsync("box", VmImage.Busybox(_root.Path), null, Cancel)).Linux);
        AddKernel("6.12.2");
        var second = await Store.BuildAsync("box", VmImage.Busybox(_root.Path), null, Cancel);
        Assert.NotEqual(first.Stamp, second.Stamp);
        Assert.Equal(second.Linux, (await Store.Named("box").PrepareAsync(null, Cancel)).Linux);
    }

    [Fact]
    public async Task A_host_without_a_kernel_is_told_so_and_a_name_of_the_catalogue_is_not_given_away()
    {
        var error = await Assert.ThrowsAsync<VmImageException>(() => Store.BuildAsync("box", VmImage.Busybox(_root.Path), null, Cancel));
        Assert.Contains("no kernel with modules", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<VmImageException>(() => Store.BuildAsync("debian-13", VmImage.Busybox(_root.Path), null, Cancel));
        Assert.Contains("catalogue", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<VmImageException>(() => Store.Named("box").PrepareAsync(null, Cancel));
        Assert.Contains("no image of this name", error.Message, StringComparison.Ordinal);
    }

    private void AddKernel(string version)
    {
        Directory.CreateDirectory(_root[$"usr/lib/modules/{version}"]);
        Directory.CreateDirectory(_root["boot"]);
        File.WriteAllText(_root[$"boot/vmlinuz-{version}"], $"kernel {version}");
    }

    private void AddModule(string version, string path, string depends)
    {
        var file = _root[$"usr/lib/modules/{version}/kernel/{path}"];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"code\0license=GPL\0depends={depends}\0name=x\0");
    }
}
