using System.Runtime.InteropServices;
using Vmspawn.Options;
using Vmspawn.Resolve;

namespace Vmspawn.Tests.Resolve;

public sealed class VersionPickTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];

    public VersionPickTests()
    {
        foreach (var tree in (string[])["web.raw.v/web_3.raw", "web.v/web_1", "web.v/web_2", "none.raw.v"])
            Directory.CreateDirectory(_directory[tree]);
        foreach (var file in (string[])["web.raw.v/web_1.raw", "web.raw.v/web_2.raw", "web.raw.v/web_1.qcow2", "web.v/web_4", "file.v"])
            File.WriteAllText(_directory[file], "");
    }

    [Theory]
    [InlineData("web.raw.v/", ImageFormat.Raw, "web.raw.v/web_2.raw")]
    [InlineData("web.raw.v/web___.raw", ImageFormat.Raw, "web.raw.v/web_2.raw")]
    [InlineData("file.v", ImageFormat.Raw, "file.v")]
    [InlineData("missing.v", ImageFormat.Raw, "missing.v")]
    public void Only_what_is_a_file_is_an_image(string path, ImageFormat format, string expected)
    {
        var options = Apply(new VmOptions { Image = _directory[path], ImageFormat = format });
        Assert.Equal(_directory[expected], options.Image);
        Assert.Empty(_problems);
    }

    [Fact]
    public void Only_what_is_a_directory_is_a_tree() =>
        Assert.Equal(_directory["web.v/web_2"], Apply(new VmOptions { Directory = _directory["web.v/"] }).Directory);

    [Fact]
    public void A_qcow2_image_ends_in_qcow2()
    {
        Directory.Move(_directory["web.raw.v"], _directory["web.qcow2.v"]);
        var options = Apply(new VmOptions { Image = _directory["web.qcow2.v"], ImageFormat = ImageFormat.Qcow2 });
        Assert.Equal(_directory["web.qcow2.v/web_1.qcow2"], options.Image);
    }

    [Fact]
    public void Without_any_version_the_error_names_the_pattern()
    {
        Assert.Null(Apply(new VmOptions { Image = _directory["none.raw.v"] }).Image);
        Assert.Equal($"--image={_directory["none.raw.v"]}: it holds no image for x86_64 (each is called none_VERSION.raw, see systemd.v(7))",
            Assert.Single(_problems).ToString());
    }

    [Fact]
    public void A_template_and_its_child_are_not_changed() =>
        Assert.Equal(_directory["web.raw.v"], Apply(new VmOptions { Image = _directory["web.raw.v"], Template = new TemplateImage("base", ImageFormat.Raw) }).Image);

    [Fact]
    public void A_machine_has_the_same_name_with_every_version()
    {
        Assert.Equal(_directory["web.raw.v/web"], VersionPick.Unversioned(new VmOptions { Image = _directory["web.raw.v/"] }));
        Assert.Equal(_directory["web.v/web"], VersionPick.Unversioned(new VmOptions { Directory = _directory["web.v/web___"] }));
        Assert.Equal(_directory["web.raw.v/web_1.raw"], VersionPick.Unversioned(new VmOptions { Image = _directory["web.raw.v/web_1.raw"] }));
    }

    [Fact]
    public void A_name_means_the_versions_of_an_image_or_a_tree_where_there_is_no_plain_one()
    {
        Assert.Equal(_directory["web.raw.v"], Lookup().Image);
        Directory.Delete(_directory["web.raw.v"], recursive: true);
        Assert.Equal(_directory["web.v"], Lookup().Directory);
        File.WriteAllText(_directory["web.raw"], "");
        Assert.Equal(_directory["web.raw"], Lookup().Image);
    }

    public void Dispose() => _directory.Dispose();

    private VmOptions Apply(VmOptions options) => VersionPick.Apply(options, Architecture.X64, _problems);

    private VmOptions Lookup() => MachineImageLookup.Apply(new VmOptions { Machine = "web" }, [_directory.Path], _problems);
}
