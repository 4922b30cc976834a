using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class VolumeTextTests
{
    [Fact]
    public void A_volume_has_a_provider_a_name_a_type_and_settings()
    {
        Assert.Equal(new VolumeRequest("fs", "data"), VolumeText.Parse("fs:data").Value);
        Assert.Equal(new VolumeRequest("fs", "data") { Type = DiskType.Nvme }, VolumeText.Parse("fs:data:nvme").Value);
        Assert.Equal(new VolumeRequest("fs", "data") { ReadOnly = true }, VolumeText.Parse("fs:data:ro=yes").Value);
        Assert.Equal(new VolumeRequest("fs", "data") { Size = 4 << 20 }, VolumeText.Parse("fs:data::size=4M").Value);
        Assert.Equal(
            new VolumeRequest("fs", "data")
            {
                Type = DiskType.VirtioScsi,
                Create = VolumeCreation.New,
                Template = "sparse-file",
                Size = 1 << 20,
                AsBlockDevice = false,
            },
            VolumeText.Parse("fs:data:virtio-scsi:create=new,template=sparse-file,create-size=1M,request-as=reg,read-only=auto").Value);
    }

    [Fact]
    public void A_CD_is_read_only() => Assert.True(VolumeText.Parse("fs:cd:scsi-cd:read-only=no").Value.ReadOnly);

    [Theory]
    [InlineData("fs")]
    [InlineData("fs:")]
    [InlineData(":data")]
    [InlineData("../fs:data")]
    [InlineData("a/b:data")]
    [InlineData("fs:data:floppy")]
    [InlineData("fs:data:nvme:size=4M:more")]
    [InlineData("fs:data:nvme:size=large")]
    [InlineData("fs:data:nvme:request-as=dir")]
    [InlineData("fs:data:nvme:colour=red")]
    [InlineData("fs:data:nvme:create")]
    public void An_invalid_volume_is_refused(string text) => Assert.NotNull(VolumeText.Parse(text).Mistake);

    [Theory]
    [InlineData("fs:data", true)]
    [InlineData("./fs:data", false)]
    [InlineData("/srv/fs:data", false)]
    [InlineData("disk.raw", false)]
    [InlineData("C:", true)]
    public void A_volume_is_distinguished_from_a_path(string word, bool isVolume) => Assert.Equal(isVolume, VolumeText.Looks(word));

    [Fact]
    public void The_same_volume_twice_is_refused()
    {
        var options = new VmOptions { Machine = "x", Volumes = [new("fs", "a"), new("fs", "b"), new("fs", "a") { Type = DiskType.Nvme }] };
        Assert.Equal(("volume-twice", "--bind-volume=fs:a"), (Assert.Single(VmPlanning.Check(options)).Code, VmPlanning.Check(options)[0].Subject));
    }
}
