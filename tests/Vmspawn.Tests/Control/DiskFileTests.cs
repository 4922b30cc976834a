using System.Text;
using Vmspawn.Control.Storage;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Control;

/// <summary>Which files become disks, and how QEMU reads them.</summary>
public class DiskFileTests
{
    [Fact]
    public async Task A_qcow2_file_is_not_served_as_raw_bytes_unless_that_is_requested()
    {
        await using var some = await SomeDisks.StartAsync();
        var path = some.PutQcow2("q", 1 << 20);
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync(new AttachRequest("q", null, null, path)));
        Assert.Equal(VmControlFailure.BadFile, failure.Failure);
        Assert.Equal("the file is a qcow2 image (give the format qcow2, or raw to show the guest its bytes as they are)", failure.Message);
        Assert.Empty(some.Qemu.Commands);

        var raw = await some.AttachAsync(new AttachRequest("q", null, null, path, "raw"));
        Assert.Equal(new FileInfo(path).Length, raw.Size);
    }

    [Fact]
    public async Task A_qcow2_image_is_attached_as_one_when_that_is_requested()
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync(new AttachRequest("q", null, null, some.PutQcow2("q", 5 << 20), "qcow2"));
        Assert.Equal(5 << 20, disk.Size);
        var node = some.Qemu.Commands.Single(sent => sent.Name == "blockdev-add").Arguments;
        Assert.Equal("qcow2", node.GetProperty("driver").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, node.GetProperty("backing").ValueKind);
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.ReplaceAsync("q", some.Put("other", new byte[512])));
        Assert.Contains("only raw ones", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KDMV", null, "looks like a VMDK image")]
    [InlineData("vhdxfile", null, "looks like a VHDX image")]
    [InlineData("bytes", "qcow2", "is no qcow2 image")]
    [InlineData("bytes", "vmdk", "\"vmdk\" is no image format (there are raw, qcow2)")]
    public async Task What_is_not_in_the_format_is_refused_with_a_sentence(string content, string? format, string reason)
    {
        await using var some = await SomeDisks.StartAsync();
        var path = some.Put("f", [.. Encoding.ASCII.GetBytes(content), .. new byte[4096]]);
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync(new AttachRequest("f", null, null, path, format)));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Empty(some.Disks.Table.All);
    }

    [Fact]
    public async Task A_qcow2_image_with_a_backing_file_is_refused_with_a_hint()
    {
        await using var some = await SomeDisks.StartAsync();
        var path = some.PutQcow2("q", 1 << 20);
        var image = File.ReadAllBytes(path);
        // The backing file's name goes right behind the header and its extensions: offset at 8, length at 16.
        image[14] = 0x04;
        image[19] = 4;
        Encoding.ASCII.GetBytes("base").CopyTo(image, 0x400);
        some.Put("q", image);
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync(new AttachRequest("q", null, null, path, "qcow2")));
        Assert.Contains("the image has a backing file, base", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_descriptor_for_a_writable_disk_is_a_read_only_file_system()
    {
        await using var some = await SomeDisks.StartAsync();
        var path = some.Put("f", new byte[4096]);
        var attach = await Assert.ThrowsAsync<VmControlException>(() => some.AttachAsync(new AttachRequest("f", null, ReadOnly: false, path), writable: false));
        Assert.Equal(Errno.EROFS, attach.Errno);
        await some.AttachAsync("d");
        var replace = await Assert.ThrowsAsync<VmControlException>(() => some.ReplaceAsync("d", path, writable: false));
        Assert.Equal(Errno.EROFS, replace.Errno);
    }

    [Fact]
    public async Task A_replacement_that_looks_like_another_format_is_refused_unless_raw_is_requested()
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync("d");
        var path = some.PutQcow2("q", 1 << 20);
        var failure = await Assert.ThrowsAsync<VmControlException>(() => some.ReplaceAsync("d", path));
        Assert.Contains("is a qcow2 image", failure.Message, StringComparison.Ordinal);
        await some.ReplaceAsync("d", path, format: "raw");
    }

    [Fact]
    public async Task A_disk_that_is_gone_still_has_a_name_for_the_events_about_its_end()
    {
        await using var some = await SomeDisks.StartAsync();
        some.ObeyRemovals();
        var disk = await some.AttachAsync("data");
        Assert.True(await some.DetachAsync("data"));
        Assert.Equal("data", some.Disks.Table.NameOf(disk.DeviceId));
        Assert.Null(some.Disks.Table.NameOf("vmspawn-hot-99"));
    }
}
