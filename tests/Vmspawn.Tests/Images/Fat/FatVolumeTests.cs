using System.Security.Cryptography;
using CsCheck;
using Vmspawn.Images;
using Vmspawn.Images.Fat;

namespace Vmspawn.Tests.Images.Fat;

public sealed class FatVolumeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData(12, 1 << 20, 1)]
    [InlineData(16, 16 << 20, 1)]
    [InlineData(32, 40 << 20, 1)]
    [InlineData(16, 64 << 20, 8)]
    public async Task Files_that_mtools_wrote_are_read_back(int bits, int size, int perCluster)
    {
        var small = RandomNumberGenerator.GetBytes(5);
        var large = RandomNumberGenerator.GetBytes(300_001);
        var image = await Volume(bits, size, perCluster, ("/loader/entries/a long name of an entry.conf", small), ("/EFI/Linux/LINUX.EFI", large), ("/empty", []));
        using var file = File.OpenHandle(image);
        IBootFiles volume = FatVolume.Open(new FileBytes(file, size));
        Assert.Equal(["a long name of an entry.conf"], volume.Names("/loader/entries"));
        Assert.Equal(["EFI", "empty", "loader"], volume.Names("/").Order(StringComparer.Ordinal));
        Assert.Equal(small, volume.Open("/loader/entries/A LONG NAME of an entry.conf")!.ReadAll(100));
        Assert.Equal(large, volume.Open("EFI/linux/linux.efi")!.ReadAll(1 << 20));
        Assert.Equal(0, volume.Open("/empty")!.Length);
        Assert.Null(volume.Open("/EFI/Linux/none.efi"));
        Assert.Null(volume.Open("/EFI/Linux"));
        Assert.Null(volume.Open("/empty/x"));
        Assert.Empty(volume.Names("/nowhere"));
    }

    [Fact]
    public async Task A_file_in_pieces_is_put_together()
    {
        var content = RandomNumberGenerator.GetBytes(200_000);
        var path = _directory["new"];
        await File.WriteAllBytesAsync(path, content);
        var filler = _directory["filler"];
        await File.WriteAllBytesAsync(filler, new byte[50_000]);
        var image = await Volume(16, 16 << 20, 1);
        for (var i = 0; i < 8; i++)
            await Tool.Run("mcopy", "-i", image, filler, $"::/f{i}");
        for (var i = 0; i < 8; i += 2)
            await Tool.Run("mdel", "-i", image, $"::/f{i}");
        await Tool.Run("mcopy", "-i", image, path, "::/pieces");
        using var file = File.OpenHandle(image);
        var pieces = FatVolume.Open(new FileBytes(file, 16 << 20)).Open("/pieces")!;
        Assert.True(pieces.Extents.Count > 2);
        Assert.Equal(content, pieces.ReadAll(1 << 20));
        Assert.Equal(content[60_000..160_000], new ExtentBytes(new FileBytes(file, 16 << 20), pieces.Slice(60_000, 100_000)).ReadAll(1 << 20));
    }

    [Fact]
    public async Task A_file_whose_clusters_go_in_circles_is_refused()
    {
        var image = await File.ReadAllBytesAsync(await Volume(16, 16 << 20, 1, ("/file", new byte[3000])));
        var layout = FatLayout.Parse(image, image.Length, out _)!;
        // Cluster 2 is followed by itself.
        image[layout.TableAt + 4] = 2;
        image[layout.TableAt + 5] = 0;
        // The file claims to be as long as it can be.
        var entry = image.AsSpan().IndexOf("FILE       "u8);
        image.AsSpan(entry + 28, 4).Fill(0xff);
        Assert.Contains("circles", Assert.Throws<FatException>(() => FatVolume.Open(new ArrayBytes(image)).Open("/file")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0xeb })]
    public void What_is_no_fat_is_refused(byte[] bytes) => Assert.Throws<FatException>(() => FatVolume.Open(new ArrayBytes(bytes)));

    [Fact]
    public void A_sector_of_zeros_is_no_fat() => Assert.Throws<FatException>(() => FatVolume.Open(new ArrayBytes(new byte[4096])));

    [Theory]
    [InlineData(12, 1 << 20)]
    [InlineData(16, 5 << 20)]
    [InlineData(32, 34 << 20)]
    public async Task A_damaged_volume_is_refused_or_read_within_its_bounds(int bits, int size)
    {
        var good = await File.ReadAllBytesAsync(await Volume(
            bits, size, 1, ("/loader/entries/an entry with a long name.conf", new byte[900]), ("/EFI/Linux/a.efi", new byte[4000])));
        var layout = FatLayout.Parse(good, good.Length, out _)!;
        var root = layout.RootCluster == 0 ? layout.RootPlace.Offset : layout.DataAt;
        var places = Gen.OneOf(Gen.Int[0, 90], Gen.Int[(int)layout.TableAt, (int)layout.TableAt + 80], Gen.Int[(int)root, (int)root + 256], Gen.Int[(int)layout.DataAt, (int)layout.DataAt + 4096]);
        // One copy for each thread: all of it would be copied for each sample.
        using var copies = new ThreadLocal<byte[]>(() => good.ToArray());
        Gen.Select(places, Gen.Byte).Array[1, 8].Sample(changes =>
        {
            var bytes = copies.Value!;
            foreach (var (at, value) in changes)
                bytes[at] = value;
            try
            {
                ReadAll(bytes);
            }
            catch (FatException)
            {
            }
            finally
            {
                foreach (var (at, _) in changes)
                    bytes[at] = good[at];
            }
        }, iter: 1000);
    }

    [Fact]
    public void Any_directory_has_some_entries() => Gen.Byte.Array[0, 300].Sample(bytes => FatDirectory.Parse(bytes).Count <= bytes.Length / 32);

    public void Dispose() => _directory.Dispose();

    private static void ReadAll(byte[] bytes)
    {
        var volume = FatVolume.Open(new ArrayBytes(bytes));
        foreach (var directory in (string[])["/", "/loader/entries", "/EFI/Linux"])
        {
            foreach (var name in volume.Names(directory))
            {
                if (volume.Open($"{directory}/{name}") is { } file)
                {
                    Assert.All(file.Extents, extent => Assert.InRange(extent.Offset + extent.Length, 1, bytes.Length));
                    _ = file.ReadAll(8192);
                }
            }
        }
    }

    private async Task<string> Volume(int bits, int size, int perCluster, params (string Path, byte[] Content)[] files)
    {
        var image = _directory["fat"];
        await using (var file = File.Create(image))
            file.SetLength(size);
        await Tool.Run("env", "/usr/sbin/mkfs.vfat", "-F", $"{bits}", "-s", $"{perCluster}", "-S", "512", image);
        foreach (var (path, content) in files)
        {
            var at = "";
            foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries)[..^1])
                await Tool.Try("mmd", "-i", image, $"::{at += "/" + part}");
            var file = _directory["content"];
            await File.WriteAllBytesAsync(file, content);
            await Tool.Run("mcopy", "-i", image, file, $"::{path}");
        }

        return image;
    }
}
