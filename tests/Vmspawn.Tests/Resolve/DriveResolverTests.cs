using System.Buffers.Binary;
using Vmspawn.Images.Gpt;
using Vmspawn.Launch;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Resolve;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Resolve;

public sealed class DriveResolverTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];
    private readonly List<string> _notices = [];

    public DriveResolverTests() => File.WriteAllBytes(_directory["x.raw"], new byte[1 << 20]);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("x.raw")]
    [InlineData("symbolic.raw")]
    [InlineData("hard.raw")]
    public async Task An_image_that_is_written_to_is_attached_once_whatever_name_it_has(string other)
    {
        File.CreateSymbolicLink(_directory["symbolic.raw"], "x.raw");
        await Tool.Run("ln", _directory["x.raw"], _directory["hard.raw"]);
        await ResolveAsync(new VmOptions { Image = _directory["x.raw"], ExtraDrives = [new ExtraDrive(_directory[other], ImageFormat.Raw, null)] });
        Assert.Equal("image-twice", Assert.Single(_problems).Code);
        Assert.Contains(_directory["x.raw"], _problems[0].Subject);
        Assert.Contains(_directory[other], _problems[0].Subject);
    }

    [Fact]
    public async Task An_image_below_another_one_is_not_written_to_beside_it()
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "x.raw", "-F", "raw", _directory["child.qcow2"]);
        var options = new VmOptions
        {
            Image = _directory["child.qcow2"],
            ImageFormat = ImageFormat.Qcow2,
            ExtraDrives = [new ExtraDrive(_directory["x.raw"], ImageFormat.Raw, null)],
        };
        await ResolveAsync(options);
        Assert.Equal("image-twice", Assert.Single(_problems).Code);
        _problems.Clear();
        await ResolveAsync(options with { Ephemeral = true });
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task An_image_that_was_replaced_after_it_was_looked_at_is_not_handed_over()
    {
        var drive = Assert.Single(await ResolveAsync(new VmOptions { Image = _directory["x.raw"] }));
        var plan = new OpenedFile(drive.Path, ReadOnly: false, drive.Identity);
        ImageOpener.Open(plan).Dispose();
        File.WriteAllBytes(_directory["new"], new byte[1 << 20]);
        File.Move(_directory["new"], drive.Path, overwrite: true);
        Assert.Contains("was replaced since it was checked", Assert.Throws<IOException>(() => ImageOpener.Open(plan)).Message);
    }

    [Fact]
    public async Task What_an_ephemeral_guest_writes_goes_beside_the_image_and_not_beside_a_link_to_it()
    {
        Directory.CreateDirectory(_directory["links"]);
        File.CreateSymbolicLink(_directory["links/x.raw"], _directory["x.raw"]);
        var drive = Assert.Single(await ResolveAsync(new VmOptions { Image = _directory["links/x.raw"], Ephemeral = true }));
        Assert.Equal(_directory.Path, drive.OverlayDirectory);
    }

    [Theory]
    [InlineData(4096, 4096)]
    [InlineData(512, 512)]
    public async Task The_guest_gets_the_sectors_that_the_partition_table_was_made_for(int table, int expected)
    {
        File.WriteAllBytes(_directory["x.raw"], Disk(table));
        var drive = Assert.Single(await ResolveAsync(new VmOptions { Image = _directory["x.raw"] }));
        Assert.Equal(expected, drive.SectorSize);
        Assert.Equal(expected == 4096 ? 1 : 0, _notices.Count(notice => notice.Contains("4096 bytes", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_directory_that_is_named_as_an_image_is_pointed_to_the_option_for_it()
    {
        await ResolveAsync(new VmOptions { Image = _directory.Path });
        Assert.StartsWith("-D boots from a directory", Assert.Single(_problems).Hint);
    }

    [Fact]
    public async Task A_backing_file_is_named_by_an_absolute_path()
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "../x.raw", "-F", "raw", "-o", "size=1M", "-u", _directory["child.qcow2"]);
        Directory.CreateDirectory(_directory["below"]);
        File.Move(_directory["child.qcow2"], _directory["below/child.qcow2"]);
        var drive = Assert.Single(await ResolveAsync(new VmOptions { Image = _directory["below/child.qcow2"], ImageFormat = ImageFormat.Qcow2 }));
        Assert.Equal(_directory["below/../x.raw"], Assert.Single(drive.Backing).Path);
    }

    private async Task<List<DriveSpec>> ResolveAsync(VmOptions options) =>
        await new DriveResolver(options, new ProcessContext(_ => null, null, () => 0), _problems, _notices).ResolveAsync(CancellationToken.None);

    /// <summary>A disk with an empty table.</summary>
    private static byte[] Disk(int sectorSize)
    {
        var disk = new byte[1 << 20];
        var header = disk.AsSpan(sectorSize, 92);
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], 0x10000);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], 92);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)(disk.Length / sectorSize) - 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], (ulong)(2 + (128 * 128 / sectorSize)));
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], (ulong)(disk.Length / sectorSize) - 40);
        BinaryPrimitives.WriteUInt64LittleEndian(header[72..], 2);
        BinaryPrimitives.WriteUInt32LittleEndian(header[80..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[84..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[88..], Crc32.Of(new byte[128 * 128]));
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Crc32.Of(header));
        return disk;
    }
}
