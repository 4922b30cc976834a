using Vmspawn.Options;
using Vmspawn.Resolve;

namespace Vmspawn.Tests.Resolve;

public sealed class MachineImageLookupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];

    [Fact]
    public void A_name_means_a_child_of_a_template_too()
    {
        File.WriteAllText(_directory["web.qcow2"], "");
        var options = MachineImageLookup.Apply(new VmOptions { Machine = "web" }, [_directory.Path], _problems);
        Assert.Equal((_directory["web.qcow2"], ImageFormat.Qcow2), (options.Image, options.ImageFormat));
    }

    [Fact]
    public void The_first_directory_that_has_the_image_counts()
    {
        Directory.CreateDirectory(_directory["one"]);
        Directory.CreateDirectory(_directory["two"]);
        File.WriteAllText(_directory["two/web.raw"], "");
        var options = MachineImageLookup.Apply(new VmOptions { Machine = "web" }, [_directory["none"], _directory["one"], _directory["two"]], _problems);
        Assert.Equal(_directory["two/web.raw"], options.Image);
        Assert.Empty(_problems);
    }

    [Fact]
    public void A_name_means_a_directory_too_and_nothing_at_all_the_current_one()
    {
        Directory.CreateDirectory(_directory["web"]);
        Assert.Equal(_directory["web"], MachineImageLookup.Apply(new VmOptions { Machine = "web" }, [_directory.Path], _problems).Directory);
        Assert.Equal(".", MachineImageLookup.Apply(new VmOptions(), [_directory.Path], _problems).Directory);
        Assert.Null(MachineImageLookup.Apply(new VmOptions { Linux = "kernel" }, [_directory.Path], _problems).Directory);
    }

    [Fact]
    public void Without_one_every_place_that_was_looked_at_is_named()
    {
        MachineImageLookup.Apply(new VmOptions { Machine = "web" }, ["/no/a", "/no/b"], _problems);
        var problem = Assert.Single(_problems);
        Assert.Contains("/no/a, /no/b", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_has_directories_of_their_own_before_the_systems()
    {
        var environment = new Dictionary<string, string> { ["HOME"] = "/home/u", ["XDG_RUNTIME_DIR"] = "/run/user/7" };
        var places = MachineImageLookup.Directories(isUser: true, name => environment.GetValueOrDefault(name));
        Assert.Equal(["/run/user/7/machines", "/home/u/.local/state/machines", "/home/u/.local/lib/machines", "/etc/machines"], places.Take(4));
        Assert.Equal("/etc/machines", MachineImageLookup.Directories(isUser: false, name => environment.GetValueOrDefault(name))[0]);
    }

    public void Dispose() => _directory.Dispose();
}
