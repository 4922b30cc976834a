using Vmspawn.Images;
using Vmspawn.Options;

namespace Vmspawn.Tests.Images;

public sealed class ImageProbeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_raw_file_is_seen_with_its_size()
    {
        var path = Sparse("a.raw", 10 << 20);
        var image = Probe(path, ImageFormat.Raw)!;
        Assert.Equal((path, ImageFormat.Raw, 10L << 20, 10L << 20, false), (image.Path, image.Format, image.FileSize, image.VirtualSize, image.IsBlockDevice));
        Assert.Empty(_problems);
        Assert.Empty(image.Warnings);
    }

    [Fact]
    public void A_raw_file_of_odd_length_is_rounded_up_to_sectors_with_a_warning()
    {
        var image = Probe(Sparse("a.raw", 1025), ImageFormat.Raw)!;
        Assert.Equal(1536, image.VirtualSize);
        Assert.Contains("512", Assert.Single(image.Warnings));
    }

    [Fact]
    public void One_file_by_two_names_has_one_identity_and_two_files_have_two()
    {
        var path = Sparse("a.raw", 4096);
        File.CreateSymbolicLink(_directory["b.raw"], path);
        Assert.Equal(Probe(path, ImageFormat.Raw)!.Identity, Probe(_directory["b.raw"], ImageFormat.Raw)!.Identity);
        Assert.NotEqual(Probe(path, ImageFormat.Raw)!.Identity, Probe(Sparse("c.raw", 4096), ImageFormat.Raw)!.Identity);
    }

    [Fact]
    public void What_cannot_be_an_image_is_refused_with_its_own_code()
    {
        File.WriteAllText(_directory["empty"], "");
        Assert.Null(Probe(_directory["missing"], ImageFormat.Raw));
        Assert.Null(Probe(_directory["missing/below"], ImageFormat.Raw));
        Assert.Null(Probe(_directory["empty"], ImageFormat.Raw));
        Assert.Null(Probe(_directory.Path, ImageFormat.Raw));
        Assert.Null(Probe("/dev/null", ImageFormat.Raw));
        Assert.Equal(["image-missing", "image-missing", "image-empty", "image-directory", "image-kind"], Codes());
        Assert.Contains("-D", _problems[3].Hint);
        Assert.All(_problems, problem => Assert.Equal("--image=x", problem.Subject));
    }

    [Fact]
    public async Task A_pipe_is_refused_without_waiting_for_its_other_end()
    {
        await Tool.Run("mkfifo", _directory["pipe"]);
        Assert.Null(Probe(_directory["pipe"], ImageFormat.Raw));
        Assert.Equal(["image-kind"], Codes());
    }

    // Attributes of sysfs without a store or a show function refuse root as well.
    [Fact]
    public void An_image_that_cannot_be_written_is_refused_with_a_hint_unless_nothing_is_written()
    {
        Assert.Null(Probe("/sys/kernel/fscaps", ImageFormat.Raw, write: true));
        Assert.Equal(["image-not-writable"], Codes());
        Assert.Contains("-x", _problems[0].Hint);
        Assert.NotNull(Probe("/sys/kernel/fscaps", ImageFormat.Raw, write: false));
        Assert.Single(_problems);
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_refused()
    {
        Assert.Null(Probe("/sys/bus/pci/rescan", ImageFormat.Raw, write: false));
        Assert.Equal(["image-unreadable"], Codes());
    }

    [Fact]
    public async Task A_qcow2_image_given_as_raw_and_the_reverse_are_refused_with_the_right_option()
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", _directory["a.raw"], "1M");
        Assert.Null(Probe(_directory["a.raw"], ImageFormat.Raw));
        Assert.Null(Probe(Sparse("b.qcow2", 4096), ImageFormat.Qcow2));
        Assert.Equal(["image-is-qcow2", "image-not-qcow2"], Codes());
        Assert.Contains("--image-format=qcow2", _problems[0].Hint);
        Assert.Contains("--image-format=raw", _problems[1].Hint);
    }

    [Theory]
    [InlineData("vmdk", "VMDK")]
    [InlineData("vdi", "VDI")]
    [InlineData("vhdx", "VHDX")]
    [InlineData("vpc", "VHD")]
    [InlineData("qed", "QED")]
    public async Task Another_format_used_as_raw_is_a_warning(string format, string name)
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", format, _directory["a"], "64M");
        Assert.Contains(Probe(_directory["a"], ImageFormat.Raw)!.Warnings, warning => warning.Contains(name, StringComparison.Ordinal));
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task A_qcow2_has_the_size_that_the_guest_sees()
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", _directory["a"], "5G");
        var image = Probe(_directory["a"], ImageFormat.Qcow2)!;
        Assert.Equal((ImageFormat.Qcow2, 5L << 30), (image.Format, image.VirtualSize));
        Assert.Empty(image.Backing);
    }

    [Fact]
    public async Task Encrypted_split_and_corrupt_images_are_refused_by_name()
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={_directory["d"]}", _directory["split"], "1M");
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", _directory["corrupt"], "1M");
        using (var file = File.OpenHandle(_directory["corrupt"], FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.Write(file, [2], 79);
        Assert.Null(Probe(_directory["split"], ImageFormat.Qcow2));
        Assert.Null(Probe(_directory["corrupt"], ImageFormat.Qcow2, write: true));
        Assert.Equal(["image-data-file", "image-corrupt"], Codes());
        Assert.NotNull(Probe(_directory["corrupt"], ImageFormat.Qcow2, write: false));
    }

    private ImageFacts? Probe(string path, ImageFormat format, bool write = true) =>
        ImageProbe.Probe("--image=x", path, format, write, _problems);

    private IEnumerable<string> Codes() => _problems.Select(problem => problem.Code);

    private string Sparse(string name, long size)
    {
        using var file = File.OpenHandle(_directory[name], FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(file, size);
        return _directory[name];
    }
}
