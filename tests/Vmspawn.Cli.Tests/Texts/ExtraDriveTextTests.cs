using CsCheck;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class ExtraDriveTextTests
{
    [Theory]
    [InlineData("disk.img", "disk.img", ImageFormat.Raw, null)]
    [InlineData("raw:disk.img", "disk.img", ImageFormat.Raw, null)]
    [InlineData("qcow2:disk.img", "disk.img", ImageFormat.Qcow2, null)]
    [InlineData("nvme:disk.img", "disk.img", ImageFormat.Raw, DiskType.Nvme)]
    [InlineData("qcow2:virtio-scsi:/a/b", "/a/b", ImageFormat.Qcow2, DiskType.VirtioScsi)]
    [InlineData("scsi-cd:/cd.iso", "/cd.iso", ImageFormat.Raw, DiskType.ScsiCd)]
    [InlineData("/dev/disk/by-path/pci-0000:00:1f.2", "/dev/disk/by-path/pci-0000:00:1f.2", ImageFormat.Raw, null)]
    [InlineData("raw:virtio-blk:a:b", "a:b", ImageFormat.Raw, DiskType.VirtioBlk)]
    [InlineData("vdi:disk", "vdi:disk", ImageFormat.Raw, null)]
    [InlineData("raw:raw:x", "raw:x", ImageFormat.Raw, null)]
    [InlineData("./raw:x", "./raw:x", ImageFormat.Raw, null)]
    [InlineData("raw", "raw", ImageFormat.Raw, null)]
    public void Prefixes_are_taken_and_other_colons_stay_in_the_path(string text, string path, ImageFormat format, DiskType? type) =>
        Assert.Equal(new ExtraDrive(path, format, type), ExtraDriveText.Parse(text).Value);

    [Theory]
    [InlineData("persist:d", "d", ImageFormat.Raw, null)]
    [InlineData("persist:qcow2:nvme:d", "d", ImageFormat.Qcow2, DiskType.Nvme)]
    [InlineData("qcow2:nvme:persist:d", "d", ImageFormat.Qcow2, DiskType.Nvme)]
    [InlineData("qcow2:persist:nvme:d", "d", ImageFormat.Qcow2, DiskType.Nvme)]
    [InlineData("nvme:qcow2:persist:d", "d", ImageFormat.Qcow2, DiskType.Nvme)]
    [InlineData("nvme:persist:raw:d", "d", ImageFormat.Raw, DiskType.Nvme)]
    [InlineData("persist:persist:d", "persist:d", ImageFormat.Raw, null)]
    public void Persist_may_stand_anywhere_before_the_path(string text, string path, ImageFormat format, DiskType? type) =>
        Assert.Equal(new ExtraDrive(path, format, type, Persist: true), ExtraDriveText.Parse(text).Value);

    [Theory]
    [InlineData("")]
    [InlineData("persist:")]
    [InlineData("raw:")]
    [InlineData("qcow2:nvme:")]
    public void A_drive_without_path_is_refused(string text) => Assert.Equal("extra-drive", ExtraDriveText.Parse(text).Mistake?.Code);

    [Fact]
    public void A_path_behind_both_prefixes_is_taken_literally() =>
        Gen.Select(Gen.Int[0, 1].Select(i => OptionWords.ImageFormats[i]), Gen.Int[0, 3].Select(i => OptionWords.DiskTypes[i]), Gen.String[1, 30].Where(path => !path.Contains('\0')))
            .Sample((format, type, path) =>
                ExtraDriveText.Parse($"{format.Word}:{type.Word}:{path}").Value == new ExtraDrive(path, format.Value, type.Value));
}
