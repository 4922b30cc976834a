using System.Runtime.InteropServices;
using Vmspawn.Options;
using Vmspawn.Resolve;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Resolve;

public sealed class RootArgumentResolverTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];
    private readonly List<string> _notices = [];

    [Fact]
    public async Task The_root_partition_of_the_root_disk_is_added()
    {
        await Partition("type=8484680c-9521-48c6-9c11-b0720656f69e, uuid=0b7a6f5e-1111-2222-3333-444455556666");
        Assert.Equal("mount.usr=PARTUUID=0b7a6f5e-1111-2222-3333-444455556666", Resolve(["quiet", "notroot=x"]));
        Assert.Empty(_notices);
    }

    [Theory]
    [InlineData("root=LABEL=x")]
    [InlineData("mount.usr=/dev/vda2")]
    public async Task Arguments_of_the_user_are_not_changed(string word)
    {
        await Partition("type=linux");
        Assert.Null(Resolve(["quiet", word]));
    }

    [Fact]
    public async Task A_table_without_a_root_is_a_notice()
    {
        await Partition("type=uefi");
        Assert.Null(Resolve([]));
        Assert.Contains("no partition with a root file system type", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.Empty(_problems);
    }

    [Fact]
    public void A_disk_without_a_partition_table_gives_no_notice()
    {
        File.WriteAllBytes(_directory["disk"], new byte[1 << 20]);
        Assert.Null(Resolve([]));
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task A_damaged_table_is_refused_unless_the_user_names_the_root()
    {
        await Partition("type=linux");
        var disk = File.ReadAllBytes(_directory["disk"]);
        disk[512 + 41]++;
        disk[disk.Length - 512 + 41]++;
        File.WriteAllBytes(_directory["disk"], disk);
        Assert.Null(Resolve(["root=/dev/vda1"]));
        Assert.Empty(_problems);
        Assert.Null(Resolve([]));
        var problem = Assert.Single(_problems);
        Assert.Equal(("partition-table", "its partition table is damaged: its header has a wrong checksum"), (problem.Code, problem.Text));
    }

    [Fact]
    public void A_qcow2_disk_is_not_looked_into()
    {
        Assert.Null(Resolve([], ImageFormat.Qcow2));
        Assert.Contains("qcow2", Assert.Single(_notices), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private string? Resolve(string[] words, ImageFormat format = ImageFormat.Raw)
    {
        var root = new DriveSpec
        {
            Id = "root",
            Path = _directory["disk"],
            Format = format,
            Type = DiskType.VirtioBlk,
            Serial = "disk",
            VirtualSize = 2 << 20,
            IsRoot = true,
        };
        return RootArgumentResolver.Resolve(Architecture.X64, new KernelSpec("/vmlinuz", default, []), words, root, _problems, _notices);
    }

    private async Task Partition(string partition)
    {
        File.WriteAllBytes(_directory["disk"], new byte[2 << 20]);
        File.WriteAllText(_directory["script"], $"label: gpt\nsize=64KiB, {partition}\n");
        await Tool.Run("sh", "-c", $"/usr/sbin/sfdisk -q '{_directory["disk"]}' <'{_directory["script"]}'");
    }
}
