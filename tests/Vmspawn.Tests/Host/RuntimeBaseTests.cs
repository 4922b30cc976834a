using Vmspawn.Host;
using Vmspawn.Options;

namespace Vmspawn.Tests.Host;

public sealed class RuntimeBaseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_users_runtime_directories_are_in_XDG_RUNTIME_DIR()
    {
        var chosen = Choose(RuntimeScope.User, ("XDG_RUNTIME_DIR", _directory.Path))!;
        Assert.Equal(new RuntimeBase(_directory["systemd/vmspawn"], false), chosen);
        Assert.True(Directory.Exists(chosen.Path));
    }

    [Fact]
    public void Without_xdg_runtime_dir_it_falls_back_to_a_directory_of_the_user_in_tmpdir()
    {
        var chosen = Choose(RuntimeScope.User, ("TMPDIR", _directory.Path))!;
        Assert.Equal(new RuntimeBase(_directory[$"vmspawn-{HostProbe.EffectiveUser}"], true), chosen);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(chosen.Path));
    }

    [Fact]
    public void A_directory_that_others_can_write_or_own_or_that_is_a_link_is_never_used()
    {
        var fallback = _directory[$"vmspawn-{HostProbe.EffectiveUser}"];
        Directory.CreateDirectory(fallback);
        File.SetUnixFileMode(fallback, (UnixFileMode)0b111_111_111);
        Assert.Null(Choose(RuntimeScope.User, ("TMPDIR", _directory.Path)));
        Assert.Contains("others can write", Assert.Single(_problems).Text);

        Directory.Delete(fallback);
        Directory.CreateDirectory(_directory["elsewhere"]);
        File.CreateSymbolicLink(fallback, _directory["elsewhere"]);
        Assert.Null(Choose(RuntimeScope.User, ("TMPDIR", _directory.Path)));
        Assert.Contains("link", _problems[1].Text);

        File.Delete(fallback);
        Directory.CreateDirectory(fallback, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Null(RuntimeBase.Choose(
            RuntimeScope.User, HostProbe.EffectiveUser + 1, name => name == "TMPDIR" ? _directory.Path : null, _problems));
        Assert.Contains("belongs to user", _problems[2].Text);
    }

    [Fact]
    public void Every_place_that_was_tried_is_named()
    {
        File.WriteAllText(_directory["file"], "");
        Assert.Null(Choose(RuntimeScope.User, ("XDG_RUNTIME_DIR", _directory["file"]), ("TMPDIR", _directory["file"])));
        var text = Assert.Single(_problems).Text;
        Assert.Contains(_directory["file/systemd/vmspawn"], text);
        Assert.Contains(_directory["file/vmspawn-"], text);
    }

    [Theory]
    [InlineData(RuntimeScope.User, 1000u, "set $XDG_RUNTIME_DIR")]
    [InlineData(RuntimeScope.Auto, 0u, "--user")]
    [InlineData(RuntimeScope.System, 0u, "--system")]
    public void The_hint_names_what_is_looked_at_for_this_user(RuntimeScope scope, uint user, string words) =>
        Assert.Contains(words, RuntimeBase.Hint(scope, user), StringComparison.Ordinal);

    private RuntimeBase? Choose(RuntimeScope scope, params (string Name, string Value)[] environment) => RuntimeBase.Choose(
        scope,
        HostProbe.EffectiveUser,
        name => environment.FirstOrDefault(variable => variable.Name == name).Value,
        _problems);
}
