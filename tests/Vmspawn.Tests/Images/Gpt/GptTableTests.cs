using System.Runtime.InteropServices;
using CsCheck;
using Vmspawn.Images;
using Vmspawn.Images.Gpt;

namespace Vmspawn.Tests.Images.Gpt;

public sealed class GptTableTests : IDisposable
{
    private const string Root = "0b7a6f5e-1111-2222-3333-444455556666";
    private const string Newer = "0b7a6f5e-1111-2222-3333-444455557777";
    private const int Size = 2 << 20;

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task What_sfdisk_writes_is_read_back()
    {
        var table = GptTable.Read(new ArrayBytes(await Disk(
            $"start=1MiB, size=64KiB, type=uefi, uuid={Newer}, name=\"the ESP\"\nsize=128KiB, type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709, uuid={Root}, name=rööt, attrs=\"GUID:63\"")), out var error);
        Assert.Null(error);
        Assert.Equal(
            [
                new GptPartition(1, PartitionTypes.Efi, new Guid(Newer), new Extent(1 << 20, 64 << 10), 0, "the ESP"),
                new GptPartition(2, PartitionTypes.Root(Architecture.X64)!.Value, new Guid(Root), new Extent((1 << 20) + (64 << 10), 128 << 10), 1UL << 63, "rööt"),
            ],
            table!.Partitions);
    }

    [Fact]
    public async Task A_table_of_large_sectors_is_read_too()
    {
        var disk = await Disk($"size=64KiB, uuid={Root}\nsize=128KiB");
        var small = GptTable.Read(new ArrayBytes(disk), out _)!;
        Assert.Equal(small.Partitions, GptTable.Read(new ArrayBytes(With4096(disk)), out var error)!.Partitions);
        Assert.Null(error);
    }

    [Fact]
    public async Task Without_its_first_header_the_backup_counts()
    {
        var disk = await Disk($"size=64KiB, uuid={Root}");
        disk.AsSpan(512, 32 * 512).Clear();
        Assert.Equal(new Guid(Root), Assert.Single(GptTable.Read(new ArrayBytes(disk), out _)!.Partitions).Id);
    }

    [Fact]
    public async Task With_both_copies_damaged_the_reason_is_that_of_the_first()
    {
        var disk = await Disk("size=64KiB");
        disk[512 + 40]++;
        disk[Size - 512 + 40]++;
        Assert.Null(GptTable.Read(new ArrayBytes(disk), out var error));
        Assert.Equal("its header has a wrong checksum", error);
    }

    [Fact]
    public async Task Entries_with_another_checksum_are_not_believed()
    {
        var disk = await Disk("size=64KiB");
        disk[1024 + 32]++;
        Assert.NotNull(GptTable.Read(new ArrayBytes(disk), out var error));
        Assert.Null(error);
        disk[Size - (33 * 512) + 32]++;
        Assert.Null(GptTable.Read(new ArrayBytes(disk), out error));
        Assert.Contains("another checksum", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, new byte[] { 9 }, "revision")]
    [InlineData(12, new byte[] { 91 }, "91 bytes long")]
    [InlineData(12, new byte[] { 1, 2 }, "bytes long")]
    [InlineData(24, new byte[] { 2 }, "elsewhere")]
    [InlineData(40, new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, "no room")]
    [InlineData(72, new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, "outside of the disk")]
    [InlineData(72, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0x7f }, "outside of the disk")]
    [InlineData(80, new byte[] { 255, 255, 255, 255 }, "4294967295 entries")]
    [InlineData(80, new byte[] { 0, 0, 0, 0 }, "0 entries")]
    [InlineData(84, new byte[] { 64 }, "entries of 64 bytes")]
    [InlineData(84, new byte[] { 129 }, "entries of 129 bytes")]
    public async Task A_hostile_header_whose_checksum_holds_is_refused(int at, byte[] value, string words)
    {
        var disk = await Disk("size=64KiB");
        disk.AsSpan(Size - 512).Clear();
        value.CopyTo(disk, 512 + at);
        Seal(disk);
        Assert.Null(GptTable.Read(new ArrayBytes(disk), out var error));
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 33, 0, "outside")]
    [InlineData(0, 40, 0xff, "outside")]
    [InlineData(1, 32, 0, "overlap")]
    public async Task Partitions_that_overlap_or_lie_outside_of_the_disk_are_refused(int entry, int at, byte value, string words)
    {
        var disk = await Disk("size=64KiB\nsize=64KiB");
        disk.AsSpan(Size - 512).Clear();
        disk[1024 + (entry * 128) + at] = value;
        if (value == 0xff)
            disk[1024 + (entry * 128) + at + 3] = value;
        BitConverter.TryWriteBytes(disk.AsSpan(512 + 88), Crc32.Of(disk.AsSpan(1024, 128 * 128)));
        Seal(disk);
        Assert.Null(GptTable.Read(new ArrayBytes(disk), out var error));
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_without_a_table_has_none_and_no_error()
    {
        Assert.Null(GptTable.Read(new ArrayBytes(new byte[Size]), out var error));
        Assert.Null(error);
        Assert.Null(GptTable.Read(new ArrayBytes([]), out error));
        Assert.Null(error);
    }

    // Checksums hold after the damage, so that what is behind them is reached too.
    [Fact]
    public async Task Damaged_tables_are_refused_or_lie_within_the_disk()
    {
        var good = await Disk("size=64KiB\nsize=64KiB");
        var places = Gen.OneOf(Gen.Int[512, 512 + 92], Gen.Int[1024, 1024 + 256]);
        Gen.Select(Gen.Select(places, Gen.Byte).Array[0, 6], Gen.Int[0, Size], Gen.Bool).Sample((changes, length, cut) =>
        {
            var disk = good.ToArray();
            foreach (var (at, value) in changes)
                disk[at] = value;
            BitConverter.TryWriteBytes(disk.AsSpan(512 + 88), Crc32.Of(disk.AsSpan(1024, 128 * 128)));
            Seal(disk);
            if (cut)
                disk = disk[..length];
            var table = GptTable.Read(new ArrayBytes(disk), out _);
            return table is null || table.Partitions.All(partition =>
                partition.Place.Offset >= 0 && partition.Place.Length > 0 && partition.Place.Offset + partition.Place.Length <= disk.Length);
        }, iter: 2000);
    }

    [Theory]
    [InlineData("type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "root=PARTUUID=" + Root)]
    [InlineData("type=8484680c-9521-48c6-9c11-b0720656f69e", "mount.usr=PARTUUID=" + Root)]
    [InlineData("type=linux", "root=PARTUUID=" + Root)]
    [InlineData("type=uefi", null)]
    [InlineData("type=b921b045-1df0-41c3-af44-4c6f280d3fae", null)]
    [InlineData("type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709, attrs=\"GUID:63\"", null)]
    [InlineData("type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709, name=_empty", null)]
    public async Task The_kernel_gets_the_partition_of_its_root(string partition, string? argument)
    {
        var table = GptTable.Read(new ArrayBytes(await Disk($"size=64KiB, uuid={Root}, {partition}")), out _);
        Assert.Equal(argument, RootPartition.KernelArgument(table!, Architecture.X64));
    }

    [Fact]
    public async Task Of_two_roots_the_newer_label_wins_and_two_general_ones_are_none()
    {
        const string type = "type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709";
        var table = GptTable.Read(new ArrayBytes(await Disk($"size=64KiB, uuid={Root}, {type}, name=os_9\nsize=64KiB, uuid={Newer}, {type}, name=os_10")), out _);
        Assert.Equal($"root=PARTUUID={Newer}", RootPartition.KernelArgument(table!, Architecture.X64));
        table = GptTable.Read(new ArrayBytes(await Disk($"size=64KiB, type=linux\nsize=64KiB, type=linux")), out _);
        Assert.Null(RootPartition.KernelArgument(table!, Architecture.X64));
    }

    public void Dispose() => _directory.Dispose();

    private static void Seal(byte[] disk)
    {
        disk.AsSpan(512 + 16, 4).Clear();
        var size = Math.Clamp(BitConverter.ToInt32(disk, 512 + 12), 0, 512);
        BitConverter.TryWriteBytes(disk.AsSpan(512 + 16), Crc32.Of(disk.AsSpan(512, size)));
    }

    // The table of a disk with sectors of 512 bytes, written for sectors of 4096: headers first, entries behind.
    private static byte[] With4096(byte[] disk)
    {
        var large = new byte[Size];
        disk.AsSpan(512, 512).CopyTo(large.AsSpan(4096));
        disk.AsSpan(1024, 128 * 128).CopyTo(large.AsSpan(8192));
        BitConverter.TryWriteBytes(large.AsSpan(4096 + 40), 6UL);
        BitConverter.TryWriteBytes(large.AsSpan(4096 + 48), (ulong)(Size / 4096) - 6);
        for (var at = 8192 + 32; BitConverter.ToUInt64(large, at) != 0; at += 128)
        {
            BitConverter.TryWriteBytes(large.AsSpan(at), BitConverter.ToUInt64(large, at) / 8);
            BitConverter.TryWriteBytes(large.AsSpan(at + 8), ((BitConverter.ToUInt64(large, at + 8) + 1) / 8) - 1);
        }

        BitConverter.TryWriteBytes(large.AsSpan(4096 + 88), Crc32.Of(large.AsSpan(8192, 128 * 128)));
        large.AsSpan(4096 + 16, 4).Clear();
        BitConverter.TryWriteBytes(large.AsSpan(4096 + 16), Crc32.Of(large.AsSpan(4096, 92)));
        return large;
    }

    private async Task<byte[]> Disk(string partitions)
    {
        var path = _directory["disk"];
        File.WriteAllBytes(path, new byte[Size]);
        File.WriteAllText(_directory["script"], $"label: gpt\nfirst-lba: 2048\n{partitions}\n");
        await Tool.Run("sh", "-c", $"PATH=$PATH:/usr/sbin:/sbin sfdisk -q '{path}' <'{_directory["script"]}'");
        return File.ReadAllBytes(path);
    }
}
