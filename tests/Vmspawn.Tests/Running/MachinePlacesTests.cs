using Vmspawn.Host;
using Vmspawn.Options;

namespace Vmspawn.Tests.Running;

public sealed class MachinePlacesTests : IDisposable
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
        var fallback = Make($"tmp/vmspawn-{HostProbe.EffectiveUser}");
        Assert.Equal(HostProbe.EffectiveUser == 0 ? [system, user, fallback] : [user, fallback, system], Find(RuntimeScope.Auto, HostProbe.EffectiveUser));
        Assert.Equal([user, fallback], Find(RuntimeScope.User, HostProbe.EffectiveUser));
        Assert.Equal([system], Find(RuntimeScope.System, HostProbe.EffectiveUser));
        Assert.Equal([user, system], Find(RuntimeScope.Auto, 12345));
    }

    [Fact]
    public void Searching_the_runtime_directories_creates_none()
    {
        Assert.Empty(Find(RuntimeScope.Auto, HostProbe.EffectiveUser));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void A_directory_that_others_can_write_or_own_is_not_used_as_a_fallback()
    {
        var fallback = Make($"tmp/vmspawn-{HostProbe.EffectiveUser}");
        File.SetUnixFileMode(fallback, File.GetUnixFileMode(fallback) | UnixFileMode.OtherWrite);
        Assert.Empty(Find(RuntimeScope.User, HostProbe.EffectiveUser));
        Make("tmp/vmspawn-12345");
        Assert.Empty(Find(RuntimeScope.User, 12345));
    }
}
