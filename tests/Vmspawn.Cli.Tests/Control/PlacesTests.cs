using Vmspawn.Cli.Control.Client;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Control;

public sealed class PlacesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("vmspawn-places-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Make(string path) => Directory.CreateDirectory(
        Path.Combine(_root, path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    private IReadOnlyList<string> Find(RuntimeScope scope, uint uid) => MachinePlaces.Find(
        scope,
        uid,
        name => name switch { "XDG_RUNTIME_DIR" => Path.Combine(_root, "user"), "TMPDIR" => Path.Combine(_root, "tmp"), _ => null },
        Path.Combine(_root, "run")).Paths;

    [Fact]
    public void All_runtime_directories_are_searched_those_of_the_user_first()
    {
        var system = Make("run/systemd/vmspawn");
        var user = Make("user/systemd/vmspawn");
        var fallback = Make($"tmp/vmspawn-{Desk.Uid}");
        Assert.Equal(Desk.Uid == 0 ? [system, user, fallback] : [user, fallback, system], Find(RuntimeScope.Auto, Desk.Uid));
        Assert.Equal([user, fallback], Find(RuntimeScope.User, Desk.Uid));
        Assert.Equal([system], Find(RuntimeScope.System, Desk.Uid));
        Assert.Equal([user, system], Find(RuntimeScope.Auto, 12345));
    }

    [Fact]
    public void Searching_the_runtime_directories_creates_none()
    {
        Assert.Empty(Find(RuntimeScope.Auto, Desk.Uid));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void A_directory_that_others_can_write_or_own_is_not_used_as_a_fallback()
    {
        var fallback = Make($"tmp/vmspawn-{Desk.Uid}");
        File.SetUnixFileMode(fallback, File.GetUnixFileMode(fallback) | UnixFileMode.OtherWrite);
        Assert.Empty(Find(RuntimeScope.User, Desk.Uid));
        Make("tmp/vmspawn-12345");
        Assert.Empty(Find(RuntimeScope.User, 12345));
    }
}
