using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class TemplateTextTests
{
    [Theory]
    [InlineData("base.raw", "base.raw", ImageFormat.Raw)]
    [InlineData("raw:base", "base", ImageFormat.Raw)]
    [InlineData("qcow2:a:b", "a:b", ImageFormat.Qcow2)]
    [InlineData("vdi:x", "vdi:x", ImageFormat.Raw)]
    public void A_format_may_stand_before_the_path(string text, string path, ImageFormat format) =>
        Assert.Equal(new TemplateImage(path, format), TemplateText.Parse(text).Value);

    [Fact]
    public void An_empty_value_resets_the_template_and_a_format_without_a_path_is_refused()
    {
        Assert.Null(TemplateText.Parse("").Value);
        Assert.Null(TemplateText.Parse("").Mistake);
        Assert.Equal("template", TemplateText.Parse("qcow2:").Mistake?.Code);
    }
}
