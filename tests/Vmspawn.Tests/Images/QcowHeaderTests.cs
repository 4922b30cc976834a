using CsCheck;
using Vmspawn.Images;

namespace Vmspawn.Tests.Images;

public class QcowHeaderTests
{
    [Theory]
    [InlineData("compat=1.1", 3u, 16)]
    [InlineData("compat=0.10", 2u, 16)]
    [InlineData("compat=1.1,cluster_size=512", 3u, 9)]
    [InlineData("compat=1.1,cluster_size=2M,extended_l2=on", 3u, 21)]
    [InlineData("compat=1.1,compression_type=zstd,lazy_refcounts=on", 3u, 16)]
    public async Task What_qemu_img_makes_is_read_back(string options, uint version, int clusterBits)
    {
        using var directory = new TemporaryDirectory();
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, directory["a"], "20M");
        var header = QcowHeader.Parse(Head(directory["a"]), out var error);
        Assert.Null(error);
        Assert.Equal((version, clusterBits, 20L << 20), (header!.Version, header.ClusterBits, header.VirtualSize));
        Assert.Null(header.BackingName);
        Assert.False(header.IsEncrypted || header.IsCorrupt || header.HasDataFile);
    }

    [Fact]
    public async Task The_backing_file_and_its_format_are_read()
    {
        using var directory = new TemporaryDirectory();
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", "base name.raw", "-F", "raw", directory["a"], "1M");
        var header = QcowHeader.Parse(Head(directory["a"]), out _);
        Assert.Equal(("base name.raw", "raw"), (header!.BackingName, header.BackingFormat));
    }

    [Fact]
    public async Task A_data_file_and_encryption_are_seen()
    {
        using var directory = new TemporaryDirectory();
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={directory["d"]}", directory["a"], "1M");
        Assert.True(QcowHeader.Parse(Head(directory["a"]), out _)!.HasDataFile);
        // AES, not LUKS: for LUKS qemu-img measures its CPU time, and fails on a busy host.
        await Tool.Run(
            "qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=x", "-o", "encrypt.format=aes,encrypt.key-secret=s", directory["e"], "1M");
        Assert.True(QcowHeader.Parse(Head(directory["e"]), out _)!.IsEncrypted);
    }

    [Theory]
    [InlineData(0, new byte[] { 0 }, "magic")]
    [InlineData(7, new byte[] { 1 }, "version 1")]
    [InlineData(7, new byte[] { 4 }, "version 4")]
    [InlineData(23, new byte[] { 8 }, "cluster size")]
    [InlineData(20, new byte[] { 1 }, "cluster size")]
    [InlineData(24, new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, "beyond")]
    [InlineData(24, new byte[] { 0x10 }, "L1 table")]
    [InlineData(47, new byte[] { 1 }, "tables")]
    [InlineData(103, new byte[] { 9 }, "header length")]
    [InlineData(99, new byte[] { 7 }, "reference counts")]
    public void A_damaged_field_is_named(int at, byte[] bytes, string word)
    {
        var head = Valid();
        bytes.CopyTo(head, at);
        Assert.Null(QcowHeader.Parse(head, out var error));
        Assert.Contains(word, error);
    }

    [Fact]
    public void Cut_flipped_and_grown_headers_give_a_header_or_a_reason() =>
        Gen.OneOf(Damage.To(Valid()[..600]), Damage.To(WithBacking()[..600]), Damage.To(WithBacking()[..120])).Sample(
            head =>
            {
                var header = QcowHeader.Parse(head, out var error);
                return header is null == error is not null
                    && (header is null || (header.VirtualSize >= 0 && header.BackingName is not { Length: 0 }));
            },
            iter: 20_000);

    private static byte[] Valid()
    {
        using var directory = new TemporaryDirectory();
        using var file = File.OpenHandle(directory["a"], FileMode.CreateNew, FileAccess.ReadWrite);
        QcowOverlay.Write(file, 1 << 20);
        return Head(directory["a"]);
    }

    private static byte[] WithBacking()
    {
        var head = Valid();
        ReadOnlySpan<byte> extension = [0xe2, 0x79, 0x2a, 0xca, 0, 0, 0, 3, (byte)'r', (byte)'a', (byte)'w', 0, 0, 0, 0, 0];
        extension.CopyTo(head.AsSpan(104));
        head[14] = 2;
        head[19] = 5;
        "b.raw"u8.CopyTo(head.AsSpan(0x200));
        return head;
    }

    private static byte[] Head(string path)
    {
        var head = new byte[QcowHeader.Window];
        using var file = File.OpenHandle(path);
        return head[..RandomAccess.Read(file, head, 0)];
    }
}
