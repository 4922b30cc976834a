using System.Globalization;
using Vmspawn.Options;
using Vmspawn.Resolve;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Resolve;

public sealed class RegistrationResolverTests : IDisposable
{
    private static readonly SystemdPresence Nothing = new([], false);
    private static readonly SystemdPresence All = new(["/socket"], true);

    private readonly TemporaryDirectory _directory = new();

    private string Place(string name, params string[] files)
    {
        var place = Path.Combine(_directory.Path, name);
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(place, file))!);
            File.WriteAllText(Path.Combine(place, file), "");
        }

        return place;
    }

    private static (RegistrationSpec Spec, List<Problem> Problems, List<string> Notices) Resolve(
        RegistrationRequest request, SystemdPresence systemd, string? execPid = null)
    {
        var (problems, notices) = (new List<Problem>(), new List<string>());
        var process = new ProcessContext(name => name == "SYSTEMD_EXEC_PID" ? execPid : null, null, () => 0);
        return (new RegistrationResolver(request, systemd, process, problems, notices).Resolve(isUser: false), problems, notices);
    }

    [Fact]
    public void A_users_machined_goes_before_the_systems()
    {
        const string Socket = "systemd/machine/io.systemd.Machine";
        var (system, own) = (Place("system", Socket), Place("own", Socket));
        Assert.Equal([Path.Combine(own, Socket), Path.Combine(system, Socket)], SystemdPresence.Look(true, _ => own, system).Machined);
        Assert.Equal([Path.Combine(system, Socket)], SystemdPresence.Look(false, _ => own, system).Machined);
        Assert.Equal([Path.Combine(system, Socket)], SystemdPresence.Look(true, _ => null, system).Machined);
    }

    [Fact]
    public void A_bus_counts_only_where_systemd_runs()
    {
        var with = Place("with", "dbus/system_bus_socket", "systemd/system/unit");
        var own = Place("own", "bus");
        Assert.True(SystemdPresence.Look(false, _ => null, with).HasBus);
        Assert.False(SystemdPresence.Look(true, _ => null, with).HasBus);
        Assert.True(SystemdPresence.Look(true, name => name == "XDG_RUNTIME_DIR" ? own : null, with).HasBus);
        Assert.False(SystemdPresence.Look(false, _ => null, Place("without", "dbus/system_bus_socket")).HasBus);
    }

    [Theory]
    [InlineData(Tristate.Auto, 0)]
    [InlineData(Tristate.No, 0)]
    [InlineData(Tristate.Yes, 1)]
    public void Only_a_required_registration_needs_machined(Tristate request, int expected)
    {
        var (spec, problems, _) = Resolve(new RegistrationRequest { Register = request }, Nothing);
        Assert.Equal((request, expected, ScopeRequest.None), (spec.Register, problems.Count, spec.Scope));
        Assert.All(problems, problem => Assert.Equal("machined-missing", problem.Code));
        Assert.Empty(Resolve(new RegistrationRequest { Register = request }, new SystemdPresence([], HasBus: true)).Problems);
    }

    [Fact]
    public void Without_registration_machined_is_not_called() => Assert.Empty(Resolve(new RegistrationRequest { Register = Tristate.No }, All).Spec.Machined);

    [Fact]
    public void A_scope_is_made_where_possible_unless_vmspawn_is_a_service_or_the_unit_is_to_be_kept()
    {
        var us = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(ScopeRequest.IfPossible, Resolve(new RegistrationRequest(), All, "1").Spec.Scope);
        Assert.Equal(ScopeRequest.None, Resolve(new RegistrationRequest { KeepUnit = true }, All).Spec.Scope);
        var (spec, _, _) = Resolve(new RegistrationRequest(), All, us);
        Assert.Equal((ScopeRequest.None, true), (spec.Scope, spec.KeepUnit));
        Assert.Equal(ScopeRequest.Needed, Resolve(new RegistrationRequest { Slice = "a.slice" }, All, us).Spec.Scope);
    }

    [Fact]
    public void A_slice_without_systemd_is_refused()
    {
        var (_, problems, _) = Resolve(new RegistrationRequest { Slice = "a.slice" }, Nothing);
        Assert.Equal(("scope-missing", "--slice=a.slice"), (Assert.Single(problems).Code, problems[0].Subject));
    }

    [Fact]
    public void Settings_are_started_with_or_set_later_by_what_they_are()
    {
        var request = new RegistrationRequest
        {
            Properties = [new("MemoryMax", "4G"), new("TimeoutStopSec", "2min"), new("After", "a.service b.service"), new("Delegate", "no")],
        };
        var (spec, _, _) = Resolve(request, All);
        Assert.Equal(["MemoryMax"], spec.SetLater.Select(property => property.Name));
        Assert.Equal(
            ["TimeoutStopUSec", "After", "Delegate"], spec.StartedWith.Select(property => property.Name));
        Assert.Equal([typeof(UnitTime), typeof(UnitWords), typeof(UnitSwitch)], spec.StartedWith.Select(property => property.Value.GetType()));
        Assert.Equal(new UnitWords(["a", "b"]), new UnitWords(["a", "b"]));
    }

    [Theory]
    [InlineData("TimeoutStopSec", "soon")]
    [InlineData("SendSIGKILL", "perhaps")]
    public void A_wrong_value_is_named(string name, string value)
    {
        var (_, problems, _) = Resolve(new RegistrationRequest { Properties = [new(name, value)] }, All);
        Assert.Equal(("unit-property", $"--property={name}={value}", ProblemKind.Usage), (Assert.Single(problems).Code, problems[0].Subject, problems[0].Kind));
    }

    [Fact]
    public void Settings_of_a_scope_that_is_not_made_are_reported_as_without_effect()
    {
        var (_, problems, notices) = Resolve(new RegistrationRequest { KeepUnit = true, Slice = "a.slice" }, Nothing);
        Assert.Empty(problems);
        Assert.Contains("--keep-unit", Assert.Single(notices), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();
}
