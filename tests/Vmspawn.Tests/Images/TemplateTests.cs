using System.Text.Json;
using Vmspawn.Images;
using Vmspawn.Options;

namespace Vmspawn.Tests.Images;

public sealed class TemplateTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData(ImageFormat.Raw, "raw")]
    [InlineData(ImageFormat.Qcow2, "qcow2")]
    public async Task A_child_is_what_qemu_img_calls_one(ImageFormat format, string name)
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", name, _directory["base"], "3M");
        Make(format, 5 << 20);
        await Tool.Run("qemu-img", "check", "-q", _directory["child"]);
        using var info = JsonDocument.Parse(await Tool.Run("qemu-img", "info", "--output=json", _directory["child"]));
        Assert.Equal(
            (_directory["base"], name, 5L << 20),
            (info.RootElement.GetProperty("backing-filename").GetString(), info.RootElement.GetProperty("backing-filename-format").GetString(), info.RootElement.GetProperty("virtual-size").GetInt64()));
        var image = Probe(out var problems);
        Assert.Empty(problems);
        Assert.Equal(_directory["base"], Assert.Single(image!.Backing).Path);
    }

    [Fact]
    public async Task A_template_that_was_written_to_is_noticed_and_named()
    {
        File.WriteAllBytes(_directory["base"], new byte[1 << 20]);
        Make(ImageFormat.Raw, 1 << 20);
        // qemu-img writes the header anew, and keeps what it does not know.
        await Tool.Run("qemu-img", "bitmap", "--add", _directory["child"], "b");
        File.SetLastWriteTimeUtc(_directory["base"], DateTime.UtcNow.AddSeconds(1));
        Assert.Null(Probe(out var problems));
        var problem = Assert.Single(problems);
        Assert.Equal("template-changed", problem.Code);
        Assert.Contains(_directory["base"], problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_that_became_longer_in_the_same_instant_is_noticed()
    {
        File.WriteAllBytes(_directory["base"], new byte[1 << 20]);
        var time = File.GetLastWriteTimeUtc(_directory["base"]);
        Make(ImageFormat.Raw, 1 << 20);
        File.AppendAllText(_directory["base"], "x");
        File.SetLastWriteTimeUtc(_directory["base"], time);
        Assert.Null(Probe(out var problems));
        Assert.Equal("template-changed", Assert.Single(problems).Code);
    }

    [Fact]
    public async Task A_child_whose_backing_file_the_user_changed_is_accepted()
    {
        File.WriteAllBytes(_directory["base"], new byte[1 << 20]);
        File.WriteAllBytes(_directory["other"], new byte[1 << 20]);
        Make(ImageFormat.Raw, 1 << 20);
        await Tool.Run("qemu-img", "rebase", "-u", "-F", "raw", "-b", _directory["other"], _directory["child"]);
        Assert.NotNull(Probe(out var problems));
        Assert.Empty(problems);
    }

    public void Dispose() => _directory.Dispose();

    private void Make(ImageFormat format, long size)
    {
        var template = ImageProbe.Probe("base", _directory["base"], format, write: false, [])!;
        using var file = File.OpenHandle(_directory["child"], FileMode.CreateNew, FileAccess.Write);
        QcowOverlay.Write(file, size, new TemplateFacts(_directory["base"], format, template.Stamp));
    }

    private ImageFacts? Probe(out List<Problem> problems)
    {
        problems = [];
        return ImageProbe.Probe("child", _directory["child"], ImageFormat.Qcow2, write: true, problems);
    }
}
