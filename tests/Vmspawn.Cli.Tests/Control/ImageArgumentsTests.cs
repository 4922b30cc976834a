using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Tests.Control;

public class ImageArgumentsTests
{
    [Fact]
    public void The_word_behind_run_or_plan_names_the_image_and_options_and_kernel_arguments_follow_it()
    {
        var run = Assert.IsType<RunCommand>(Parse("run", "debian-13", "--ram=1G", "quiet", "debian-12"));
        Assert.Equal("debian-13", run.ImageName);
        Assert.Equal(["quiet", "debian-12"], run.Options.KernelArguments);
        Assert.Equal(1L << 30, run.Options.Ram.Size);
        Assert.Equal("busybox", Assert.IsType<PlanCommand>(Parse("plan", "busybox", "--format=json")).ImageName);
    }

    [Theory]
    [InlineData("-i", "disk.raw", "debian-13")]
    [InlineData("--", "debian-13")]
    [InlineData("root=/dev/vda")]
    [InlineData("Debian")]
    [InlineData("./debian-13")]
    public void Other_words_are_kernel_arguments_as_ever(params string[] words)
    {
        var run = Assert.IsType<RunCommand>(Parse(["run", .. words]));
        Assert.Null(run.ImageName);
        Assert.Equal([words[^1]], run.Options.KernelArguments);
    }

    [Fact]
    public void The_drop_in_has_no_names_of_images()
    {
        var run = Assert.IsType<RunCommand>(CommandLine.Parse("/usr/bin/systemd-vmspawn", ["run", "debian-13"], new Dictionary<string, string>()));
        Assert.Null(run.ImageName);
        Assert.Equal(["run", "debian-13"], run.Options.KernelArguments);
    }

    [Fact]
    public void A_named_image_and_a_directory_are_refused_and_an_image_is_its_child()
    {
        Assert.Equal("image-twice", Assert.Single(Assert.IsType<Mistakes>(Parse("run", "debian-13", "-D", "/tree")).Problems).Code);
        Assert.Equal("debian-13", Assert.IsType<RunCommand>(Parse("run", "debian-13", "-i", "mine.qcow2")).ImageName);
    }

    [Fact]
    public void A_name_without_run_gets_a_hint()
    {
        var problem = Assert.Single(Assert.IsType<Mistakes>(Parse("debian-13")).Problems);
        Assert.Contains("vmspawn run debian-13", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_action_takes_its_words()
    {
        Assert.True(Assert.IsType<ImageListCommand>(Parse("image", "list", "--json")).Json);
        Assert.Equal(["debian-13", "arch"], Assert.IsType<ImagePullCommand>(Parse("image", "pull", "-q", "debian-13", "arch")).Names);
        Assert.Equal(["mine"], Assert.IsType<ImageRemoveCommand>(Parse("image", "rm", "mine")).Names);
        var build = Assert.IsType<ImageBuildCommand>(Parse("image", "build", "mine", "--debian=trixie", "-p", "nginx,less", "--package=vim"));
        Assert.Equal(("mine", "debian-build-trixie"), (build.Name, build.Image.Name));
        Assert.Equal("/tmp/x", Assert.IsType<ImageBuildCommand>(Parse("image", "build", "mine", "--mkosi=/tmp/x")).Image.Name);
    }

    [Theory]
    [InlineData("operand-missing")]
    [InlineData("image-arguments", "show")]
    [InlineData("image-arguments", "pull")]
    [InlineData("image-arguments", "list", "debian-13")]
    [InlineData("image-arguments", "pull", "debian-13", "--debian=sid")]
    [InlineData("image-arguments", "build", "--debian=sid")]
    [InlineData("image-arguments", "build", "mine")]
    [InlineData("image-arguments", "build", "mine", "--debian=sid", "--busybox=/")]
    [InlineData("image-arguments", "build", "mine", "--busybox=/", "--package=vim")]
    [InlineData("suite", "build", "mine", "--debian=Trixie/x")]
    [InlineData("package", "build", "mine", "--debian=sid", "--package=a b")]
    public void Wrong_words_are_refused(string code, params string[] words) =>
        Assert.Equal(code, Assert.IsType<Mistakes>(Parse(["image", .. words])).Problems[0].Code);

    private static ParsedCommand Parse(params string[] words) => CommandLine.Parse("vmspawn", words, new Dictionary<string, string>());
}
