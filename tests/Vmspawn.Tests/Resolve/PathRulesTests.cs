using Vmspawn.Options;
using Vmspawn.Resolve;

namespace Vmspawn.Tests.Resolve;

public class PathRulesTests
{
    [Fact]
    public void Without_a_current_directory_every_relative_path_is_a_problem_and_no_absolute_one_is()
    {
        var options = new VmOptions
        {
            Image = "/i",
            Linux = "k",
            Initrds = ["/one", "two"],
            Template = new TemplateImage("t", ImageFormat.Raw),
            ExtraDrives = [new ExtraDrive("./d", ImageFormat.Raw, null)],
            Shares = new ShareRequests { Binds = [new BindMount(".", "/x", ReadOnly: true)] },
            EfiNvramState = new StatePlace(true, "./v"),
            Credentials = [new LoadedCredential("a", "./c"), new LoadedCredential("b", "name")],
        };
        var problems = new List<Problem>();
        Assert.False(PathRules.Check(options, hasCurrentDirectory: false, problems));
        Assert.Equal(
            ["--template=t", "--extra-drive=./d", "--linux=k", "--initrd=two", "--efi-nvram-state=./v", "--bind-ro=.", "--load-credential=a:./c"],
            problems.Select(problem => problem.Subject));
        Assert.True(PathRules.Check(options, hasCurrentDirectory: true, []));
        Assert.True(PathRules.Check(new VmOptions { Image = "/i" }, hasCurrentDirectory: false, []));
    }

    [Fact]
    public void Nothing_at_all_boots_the_current_directory_which_must_be_there()
    {
        var problems = new List<Problem>();
        Assert.False(PathRules.Check(new VmOptions(), hasCurrentDirectory: false, problems));
        Assert.Equal("the current directory", Assert.Single(problems).Subject);
        Assert.True(PathRules.Check(new VmOptions { Machine = "web" }, hasCurrentDirectory: false, []));
    }
}
