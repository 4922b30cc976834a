using CsCheck;
using Vmspawn.CloudInit;

namespace Vmspawn.Tests.CloudInit;

/// <summary>Checks a generated volume by mtools and fsck.fat(8).</summary>
public sealed class FatImageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(2_000_000)]
    [InlineData(5_000_000)]
    [InlineData(40_000_000)]
    public async Task A_file_of_any_size_is_read_back_from_a_volume_without_a_fault(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        var image = Write("CIDATA", ("meta-data", "instance-id: x\n"u8.ToArray()), ("user-data", content), ("network-config", "version: 2\n"u8.ToArray()));
        await Tool.Run("../sbin/fsck.fat", "-n", image);
        Assert.Contains("Volume in drive : is CIDATA", await Tool.Run("mdir", "-i", image, "::"), StringComparison.Ordinal);
        foreach (var (name, expected) in new[] { ("user-data", content), ("network-config", "version: 2\n"u8.ToArray()) })
        {
            await Tool.Run("mcopy", "-n", "-i", image, $"::{name}", _directory[name]);
            Assert.Equal(expected, await File.ReadAllBytesAsync(_directory[name], TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Any_few_files_make_a_volume_without_a_fault()
    {
        var names = Gen.Char["abcdefghijklmnopqrstuvwxyz-"].Array[1, 30].Select(characters => new string(characters)).HashSet[0, 8];
        await Gen.Select(names, Gen.Byte.Array[0, 3000]).SampleAsync(
            async (set, content) =>
            {
                var image = Write("CIDATA", [.. set.Select(name => (name, content))]);
                await Tool.Run("../sbin/fsck.fat", "-n", image);
                var listed = (await Tool.Run("mdir", "-b", "-i", image, "::")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
                Assert.Equal(set.Select(name => $"::/{name}").Order(), listed.Order());
            },
            iter: 10, threads: 1);
    }

    [Fact]
    public void The_same_files_are_the_same_bytes() =>
        Assert.Equal(FatImage.Write("CIDATA", [("a", "b"u8.ToArray())]), FatImage.Write("CIDATA", [("a", "b"u8.ToArray())]));

    public void Dispose() => _directory.Dispose();

    private string Write(string label, params (string, byte[])[] files)
    {
        File.WriteAllBytes(_directory["image"], FatImage.Write(label, [.. files.Select(file => (file.Item1, new ReadOnlyMemory<byte>(file.Item2)))]));
        return _directory["image"];
    }
}
