using Vmspawn.Images;
using Vmspawn.Options;

namespace Vmspawn.Tests.Images;

public sealed class BackingChainTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_chain_is_followed_to_its_end_with_paths_from_the_image_that_names_them()
    {
        Directory.CreateDirectory(_directory["sub"]);
        await Create("raw", _directory["sub/base.raw"]);
        await Create("qcow2", _directory["sub/middle"], "base.raw", "raw");
        await Create("qcow2", _directory["top"], "sub/middle", "qcow2");
        var image = Probe("top")!;
        Assert.Equal(
            [(_directory["sub/middle"], ImageFormat.Qcow2), (_directory["sub/base.raw"], ImageFormat.Raw)],
            image.Backing.Select(b => (b.Path, b.Format)));
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task A_missing_member_is_named()
    {
        await Create("qcow2", _directory["top"], _directory["gone"], "raw");
        Assert.Null(Probe("top"));
        var problem = Assert.Single(_problems);
        Assert.Equal("image-missing", problem.Code);
        Assert.Contains(_directory["gone"], problem.Subject);
    }

    [Fact]
    public async Task A_loop_is_refused()
    {
        await Create("qcow2", _directory["a"], _directory["b"], "qcow2");
        await Create("qcow2", _directory["b"], _directory["a"], "qcow2");
        Assert.Null(Probe("a"));
        Assert.Equal("image-backing-loop", Assert.Single(_problems).Code);
    }

    [Fact]
    public async Task A_chain_deeper_than_any_real_one_is_refused()
    {
        for (var i = 0; i <= 66; i++)
            await Create("qcow2", _directory[$"{i}"], i == 66 ? "end" : $"{i + 1}", "qcow2");
        Assert.Null(Probe("0"));
        Assert.Equal("image-backing-depth", Assert.Single(_problems).Code);
    }

    [Fact]
    public async Task A_backing_file_of_unknown_format_or_over_the_network_is_refused()
    {
        await Create("qcow2", _directory["vmdk"], "base", "vmdk");
        await Create("qcow2", _directory["nbd"], "nbd://127.0.0.1:1/x", "raw");
        Assert.Null(Probe("vmdk"));
        Assert.Null(Probe("nbd"));
        Assert.Equal(["image-backing-format", "image-backing-remote"], _problems.Select(p => p.Code));
    }

    [Theory]
    [InlineData("/d/top", "base", "/d/base")]
    [InlineData("/d/top", "/abs", "/abs")]
    [InlineData("/d/top", "file:base", "/d/base")]
    [InlineData("/d/top", "./a:b", "/d/./a:b")]
    [InlineData("/d/top", "json:{}", null)]
    [InlineData("/d/top", "https://x/y", null)]
    [InlineData("/d/top", "file:", null)]
    public void The_name_of_a_backing_file_is_read_as_QEMU_reads_it(string image, string name, string? path) =>
        Assert.Equal(path, BackingChain.Target(image, name));

    [Fact]
    public void The_path_of_a_backing_file_is_absolute_even_when_that_of_the_image_is_not() =>
        Assert.Equal(Path.GetFullPath("d/base"), BackingChain.Target("d/top", "base"));

    private ImageFacts? Probe(string name) => ImageProbe.Probe("--image=x", _directory[name], ImageFormat.Qcow2, write: true, _problems);

    private static Task Create(string format, string path, string? backing = null, string? backingFormat = null) => backing is null
        ? Tool.Run("qemu-img", "create", "-q", "-f", format, path, "1M")
        : Tool.Run("qemu-img", "create", "-q", "-u", "-f", format, "-b", backing, "-F", backingFormat!, path, "1M");
}
