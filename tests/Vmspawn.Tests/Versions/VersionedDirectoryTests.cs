using System.Runtime.InteropServices;
using Vmspawn.Versions;

namespace Vmspawn.Tests.Versions;

public class VersionedDirectoryTests
{
    // The example of systemd.v(7).
    private static readonly string[] Example =
        ["mymachine_7.5.13.raw", "mymachine_7.5.14_x86-64.raw", "mymachine_7.6.0_arm64.raw", "mymachine_7.7.0_x86-64+0-5.raw"];

    [Theory]
    [InlineData("/a/web.raw.v", ".raw", "/a/web.raw.v web .raw")]
    [InlineData("/a/web.raw.v/", ".raw", "/a/web.raw.v web .raw")]
    [InlineData("web.v/", ".raw", "web.v web .raw")]
    [InlineData("web.v", "", "web.v web ")]
    [InlineData("some.v/web___.img", ".raw", "some.v web .img")]
    [InlineData("some.v/web___", "", "some.v web ")]
    [InlineData("web.raw", ".raw", null)]
    [InlineData(".v", ".raw", null)]
    [InlineData("some/web___.raw", ".raw", null)]
    [InlineData("some.v/web__.raw", ".raw", null)]
    [InlineData("some.v/___.raw", ".raw", null)]
    public void The_path_of_a_versioned_directory_determines_the_names_of_its_versions(string path, string suffix, string? expected)
    {
        var versions = VersionedDirectory.Of(path, suffix);
        Assert.Equal(expected, versions is null ? null : $"{versions.Path} {versions.Name} {versions.Suffix}");
    }

    [Theory]
    [InlineData(Architecture.X64, "mymachine_7.5.14_x86-64.raw")]
    [InlineData(Architecture.Arm64, "mymachine_7.6.0_arm64.raw")]
    [InlineData(Architecture.RiscV64, "mymachine_7.5.13.raw")]
    public void The_manuals_example_depends_on_the_guests_processor(Architecture guest, string expected) =>
        Assert.Equal(expected, new VersionedDirectory("", "mymachine", ".raw").Newest(Example, guest));

    // As systemd-vpick of systemd 262 answers.
    [Theory]
    [InlineData("d_2.raw", "d_1.raw d_2.raw")]
    [InlineData("d_10.raw", "d_10.raw d_9.raw")]
    [InlineData("d_1.raw", "d_1~rc1.raw d_1.raw")]
    [InlineData("d_1.raw", "d_1.raw d_01.raw")]
    [InlineData("d_1+0.raw", "d_1+0.raw")]
    [InlineData("d_1.raw", "d_2+0-3.raw d_1.raw")]
    [InlineData("d_1+0-3.raw", "d_1+0-3.raw d_1+0-5.raw")]
    [InlineData("d_1+2-1.raw", "d_1+2-1.raw d_1+1-2.raw")]
    [InlineData("d_1+2-0.raw", "d_1+2-1.raw d_1+2-0.raw")]
    [InlineData("d_1.raw", "d_1.raw d_1+3.raw")]
    [InlineData("d_2+3.raw", "d_1.raw d_2+3.raw")]
    [InlineData("d_1_x86-64.raw", "d_1_x86.raw d_1_x86-64.raw d_1.raw")]
    [InlineData("d_8_x86.raw", "d_8_x86.raw d_7.raw")]
    [InlineData("d_2_native.raw", "d_2_native.raw d_1.raw")]
    [InlineData("d_2_beta.raw", "d_2_beta.raw d_2.raw")]
    [InlineData("d_0.raw", "d_0.raw d_.raw d.raw d_1.img e_1.raw dd_1.raw")]
    [InlineData("d_0.raw", "d_0.raw d_1+5-.raw d_1+abc.raw d_1++3.raw d_1+4294967296.raw d_1+3_x86-64.raw")]
    [InlineData(null, "d_.raw")]
    [InlineData(null, "d_1_s390x.raw d_1_arm.raw d_1_riscv64.raw d_1_arm64-be.raw")]
    public void The_newest_that_fits_and_may_be_tried_is_meant(string? expected, string names)
    {
        var versions = new VersionedDirectory("", "d", ".raw");
        Assert.Equal(expected, versions.Newest(names.Split(' '), Architecture.X64));
        Assert.Equal(expected, versions.Newest(names.Split(' ').Reverse(), Architecture.X64));
    }

    [Fact]
    public void State_that_is_kept_beside_a_tree_is_no_version_of_it() =>
        Assert.Equal("d_1", new VersionedDirectory("", "d", "").Newest(["d_1", "d_1.tpmstate", "d_1.efinvramstate"], Architecture.X64));
}
