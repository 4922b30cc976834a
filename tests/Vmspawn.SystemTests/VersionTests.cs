using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Directories of versions, of which the newest is booted: systemd.v(7).</summary>
public sealed class VersionTests : VmTest
{
    private static readonly string[] Versions = ["7.5.13", "7.5.14_x86-64", "7.10~rc1", "7.9.0+2-1", "7.11.0_arm64", "8.0_x86-64+0-5"];

    [Fact]
    public async Task A_guest_has_the_version_that_systemds_own_program_picks()
    {
        var images = Scratch.Own("web.raw.v");
        Fill(images);
        using var reference = SidProgram.Start(Scratch, null, "usr/bin/systemd-vpick", "--suffix=.raw", "--print=filename", images);
        var picked = (await reference.End(ShortBound)).Output.Trim();
        Assert.Equal("web_7.10~rc1.raw", picked);

        var ended = await Run(QemuKind.Distribution, Guest("report,poweroff", $"--image={images}/"));
        Assert.True(ended.Status == 0, ended.ToString());
        GuestReport.In(ended.Output).Block(picked);
    }

    [Fact]
    public async Task A_machines_name_finds_the_newest_for_its_processor()
    {
        Scratch.Own(".local");
        var images = Path.Combine(Scratch.Images, ".local", "state", "machines", "web.raw.v");
        Fill(images);
        Assert.Contains($"\"{images}/web_7.10~rc1.raw\"", await Planned("--machine=web"), StringComparison.Ordinal);
        // The machine is called the same with every version.
        Assert.Contains("\"web\"", await Planned($"--image={images}"), StringComparison.Ordinal);
        var none = await Run(QemuKind.Distribution, "plan", "--user", "--firmware=bios", "--arch=x86_64", $"--image={images}/db___.raw");
        Assert.Equal(1, none.Status);
        Assert.Contains("it holds no image for x86_64 (each is called db_VERSION.raw, see systemd.v(7))", none.Error, StringComparison.Ordinal);
    }

    private static void Fill(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var version in Versions)
        {
            using var file = File.Create(Path.Combine(directory, $"web_{version}.raw"));
            file.SetLength(1 << 20);
        }
    }

    private async Task<string> Planned(string what)
    {
        var ended = await Run(QemuKind.Distribution, "plan", "--format=json", "--user", "--kvm=no", "--firmware=bios", "--tpm=no", what);
        Assert.True(ended.Status == 0, ended.ToString());
        return ended.Output;
    }
}
