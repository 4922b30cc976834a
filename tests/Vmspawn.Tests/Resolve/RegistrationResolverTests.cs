using Vmspawn.Options;
using Vmspawn.Resolve;

namespace Vmspawn.Tests.Resolve;

public sealed class RegistrationResolverTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Place(string name)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory.Path, name, "systemd", "machine")).FullName;
        File.WriteAllText(Path.Combine(directory, "io.systemd.Machine"), "");
        return Path.Combine(_directory.Path, name);
    }

    private string SocketOf(string place) => Path.Combine(_directory.Path, place, "systemd/machine/io.systemd.Machine");

    [Fact]
    public void A_users_machined_goes_before_the_systems()
    {
        var (system, own) = (Place("system"), Place("own"));
        Assert.Equal([SocketOf("own"), SocketOf("system")], RegistrationResolver.Sockets(true, _ => own, system));
        Assert.Equal([SocketOf("system")], RegistrationResolver.Sockets(false, _ => own, system));
        Assert.Equal([SocketOf("system")], RegistrationResolver.Sockets(true, _ => null, system));
        Assert.Empty(RegistrationResolver.Sockets(true, _ => "/nowhere", "/nowhere"));
    }

    [Theory]
    [InlineData(Tristate.Auto, 0)]
    [InlineData(Tristate.No, 0)]
    [InlineData(Tristate.Yes, 1)]
    public void Only_who_insists_needs_a_machined(Tristate wish, int expected)
    {
        var problems = new List<Problem>();
        var spec = RegistrationResolver.Resolve(new RegistrationWish { Register = wish }, [], problems, []);
        Assert.Equal((wish, expected), (spec.Register, problems.Count));
        Assert.All(problems, problem => Assert.Equal("machined-missing", problem.Code));
    }

    [Fact]
    public void Who_says_no_asks_no_machined() =>
        Assert.Empty(RegistrationResolver.Resolve(new RegistrationWish { Register = Tristate.No }, ["/socket"], [], []).Machined);

    [Fact]
    public void Settings_of_a_scope_that_is_not_wanted_are_told_to_be_of_no_effect()
    {
        var notices = new List<string>();
        RegistrationResolver.Resolve(new RegistrationWish { KeepUnit = true, Slice = "a.slice" }, [], [], notices);
        Assert.Contains("--keep-unit", Assert.Single(notices), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();
}
