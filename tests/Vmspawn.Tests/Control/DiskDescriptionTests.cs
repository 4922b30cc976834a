using System.Text.Json;
using Vmspawn.Control.Storage;
using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Spec;
using Vmspawn.Tests.Images.Gpt;

namespace Vmspawn.Tests.Control;

/// <summary>A disk that is attached later is the same device, over the same nodes, as one from boot.</summary>
public class DiskDescriptionTests
{
    /// <summary>What must differ: two devices have two ids, two nodes, and two places.</summary>
    private static readonly string[] Different = ["id", "drive", "bus", "addr"];

    public static TheoryData<string, string, string> Disks()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (type, _) in OptionWords.DiskTypes)
        {
            foreach (var name in new[] { "short.raw", "a-name-of-25-characters--.raw", "a name that no device can show as its serial number.raw" })
            {
                foreach (var (format, _) in OptionWords.ImageFormats)
                    data.Add(type, name, format);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Disks))]
    public async Task Each_type_has_the_same_properties_at_boot_and_later(string typeWord, string name, string formatWord)
    {
        var type = OptionWords.DiskTypes.Single(known => known.Word == typeWord).Value;
        var format = OptionWords.ImageFormats.Single(known => known.Word == formatWord).Value;
        await using var some = await SomeDisks.StartAsync();
        var path = some.Put(name, new byte[4096]);
        if (format is ImageFormat.Qcow2)
            some.PutQcow2(name, 1 << 20);
        // The file's node has the access mode of its descriptor, which boot opens as the disk needs it.
        await some.AttachAsync(new AttachRequest(name, typeWord, ReadOnly: null, path, formatWord), writable: !type.IsReadOnly());
        var arguments = BootArguments(type, format, name, path);

        var boot = Option(arguments, "-device", "id=vmspawn-extra-0").Split(',')[1..].Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var driver = Option(arguments, "-device", "id=vmspawn-extra-0").Split(',')[0];
        var later = Sent(some, "device_add", driver);
        Assert.Equal(
            boot.Where(property => !Different.Contains(property.Key)).OrderBy(property => property.Key, StringComparer.Ordinal),
            later.EnumerateObject().Where(property => property.Name != "driver" && !Different.Contains(property.Name))
                .ToDictionary(property => property.Name, property => property.Value.ToString())
                .OrderBy(property => property.Key, StringComparer.Ordinal));
        // Behind a root port there is one place.
        if (boot.TryGetValue("addr", out var address))
            Assert.Equal(address, later.GetProperty("addr").GetString());

        Assert.Equal(
            Normal(Option(arguments, "-blockdev", "vmspawn-extra-0"), "vmspawn-extra-0"),
            Normal(Sent(some, "blockdev-add", format is ImageFormat.Qcow2 ? "qcow2" : "raw").GetRawText(), "vmspawn-hot-1"));
    }

    [Theory]
    [InlineData("virtio-blk", 4096, "4096")]
    [InlineData("nvme", 4096, "4096")]
    [InlineData("virtio-scsi", 4096, "4096")]
    [InlineData("scsi-cd", 4096, null)]
    [InlineData("virtio-blk", 512, null)]
    public async Task A_disk_that_is_attached_later_has_the_sectors_of_its_partition_table(string type, int table, string? expected)
    {
        await using var some = await SomeDisks.StartAsync();
        var path = some.Put("d.raw", SomeGpt.Disk(table));
        await some.AttachAsync(new AttachRequest("d.raw", type, ReadOnly: null, path), writable: type != "scsi-cd");
        var device = some.Qemu.Commands.Last(sent => sent.Name == "device_add").Arguments;
        foreach (var property in (string[])["logical_block_size", "physical_block_size"])
            Assert.Equal(expected, device.TryGetProperty(property, out var size) ? size.ToString() : null);
    }

    [Theory]
    [InlineData("virtio-blk", 512, 4096)]
    [InlineData("virtio-blk", 4096, 512)]
    [InlineData("virtio-scsi", 512, 4096)]
    [InlineData("nvme", 4096, 512)]
    public async Task A_file_whose_partition_table_is_in_sectors_of_another_size_is_refused_as_a_replacement(string type, int old, int other)
    {
        await using var some = await SomeDisks.StartAsync();
        var disk = await some.AttachAsync(new AttachRequest("d", type, ReadOnly: null, some.Put("d.raw", SomeGpt.Disk(old))));
        var commands = some.Qemu.Commands.Count;
        var replacement = some.Put("other.raw", SomeGpt.Disk(other));
        foreach (var format in (string?[])[null, "raw"])
        {
            var refused = await Assert.ThrowsAsync<VmControlException>(() => some.ReplaceAsync("d", replacement, format: format));
            Assert.Equal(VmControlFailure.ConfigNotSupported, refused.Failure);
            Assert.Equal(
                $"disk d has sectors of {old} bytes, and the new file's partition table is in sectors of {other}: " +
                "QEMU cannot change the sectors of a disk that the guest has (detach and attach it instead)",
                refused.Message);
        }

        Assert.Equal(commands, some.Qemu.Commands.Count);
        Assert.EndsWith("d.raw", disk.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("virtio-blk", 512, 512)]
    [InlineData("virtio-blk", 4096, 4096)]
    [InlineData("virtio-blk", 4096, null)]
    [InlineData("virtio-blk", 512, null)]
    [InlineData("scsi-cd", 512, 4096)]
    public async Task A_file_without_a_partition_table_or_with_one_in_the_same_sectors_replaces_another(string type, int old, int? other)
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync(new AttachRequest("d", type, ReadOnly: null, some.Put("d.raw", SomeGpt.Disk(old))), writable: type != "scsi-cd");
        var replacement = some.Put("other.raw", other is { } size ? SomeGpt.Disk(size) : new byte[1 << 20]);
        Assert.Equal(replacement, (await some.ReplaceAsync("d", replacement)).Path);
    }

    [Fact]
    public async Task A_file_that_is_no_multiple_of_the_sectors_of_a_disk_is_refused_as_a_replacement()
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync(new AttachRequest("d", null, ReadOnly: null, some.Put("d.raw", SomeGpt.Disk(4096))));
        var refused = await Assert.ThrowsAsync<VmControlException>(() => some.ReplaceAsync("d", some.Put("other.raw", new byte[512 * 9])));
        Assert.Equal("disk d has sectors of 4096 bytes, and the new file's size of 4608 bytes is no multiple of them", refused.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Discards_of_a_disk_that_is_attached_later_follow_the_option_as_those_of_disks_from_boot_do(bool discards)
    {
        await using var some = await SomeDisks.StartAsync(spec: SomeDisks.Spec with { DiscardDisks = discards });
        await some.AttachAsync("d");
        var node = some.Qemu.Commands.Single(sent => sent.Name == "blockdev-add").Arguments;
        Assert.Equal(discards, node.TryGetProperty("discard", out _));
        Assert.Equal(discards, node.GetProperty("file").TryGetProperty("discard", out _));
    }

    [Fact]
    public async Task The_SCSI_controller_is_the_same_at_boot_and_later()
    {
        await using var some = await SomeDisks.StartAsync();
        await some.AttachAsync("d", "virtio-scsi");
        var boot = Option(BootArguments(DiskType.VirtioScsi, ImageFormat.Raw, "d", "/d"), "-device", "id=vmspawn-scsi").Split(',');
        var later = Sent(some, "device_add", "virtio-scsi-pci");
        Assert.Equal(boot[1..].Select(pair => pair.Split('=')[0]), later.EnumerateObject().Select(property => property.Name).Where(property => property != "driver"));
        Assert.Equal("addr=" + later.GetProperty("addr").GetString(), boot[3]);
    }

    private static List<string> BootArguments(DiskType type, ImageFormat format, string name, string path)
    {
        var spec = SomeDisks.Spec with
        {
            Drives =
            [
                new DriveSpec
                {
                    Id = DeviceIds.ExtraDrive(0),
                    Path = path,
                    Format = format,
                    Type = type,
                    Serial = DiskSerial.For(name, type),
                    VirtualSize = 1 << 20,
                    ReadOnly = type.IsReadOnly(),
                    Discard = !type.IsReadOnly(),
                },
            ],
        };
        return [.. MachinePlanner.Plan(spec).Plan!.Arguments];
    }

    private static string Option(List<string> arguments, string option, string part) => arguments
        .Where((_, i) => i > 0 && arguments[i - 1] == option)
        .Single(value => value.Split(',').Contains(part) || value.Contains($"\"node-name\":\"{part}\"", StringComparison.Ordinal));

    private static JsonElement Sent(SomeDisks some, string command, string driver) => some.Qemu.Commands
        .Single(sent => sent.Name == command && sent.Arguments.GetProperty("driver").GetString() == driver).Arguments;

    /// <summary>The node without its own name and its set's number.</summary>
    private static string Normal(string node, string id)
    {
        const string Set = "/dev/fdset/";
        var at = node.IndexOf(Set, StringComparison.Ordinal) + Set.Length;
        var number = node[at..node.IndexOf('"', at)];
        return node.Replace(Set + number, "SET", StringComparison.Ordinal).Replace(id, "ID", StringComparison.Ordinal);
    }
}
