using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Determines how the machine is registered with the host's systemd.</summary>
internal sealed class RegistrationResolver(
    RegistrationRequest request, SystemdPresence systemd, ProcessContext process, List<Problem> problems, List<string> notices)
{
    public RegistrationSpec Resolve(bool isUser)
    {
        if (request.Register == Tristate.Yes && systemd is { Machined.Count: 0, HasBus: false })
        {
            problems.Add(new Problem("machined-missing", "--register=yes", "systemd-machined does not run here: there is neither its socket nor a bus to find it on",
                "leave it to --register=auto, or install systemd-container"));
        }

        if (request.KeepUnit && (request.Slice is not null || request.Properties.Count > 0))
            notices.Add("--slice= and --property= are about a scope unit of the machine's own, which --keep-unit does without");
        var keep = request.KeepUnit || (IsService && !request.NeedsScope);
        var spec = new RegistrationSpec
        {
            Register = request.Register,
            Machined = request.Register == Tristate.No ? [] : systemd.Machined,
            IsUser = isUser,
            HasBus = systemd.HasBus,
            Slice = request.Slice,
            KeepUnit = keep,
            Scope = request.NeedsScope ? ScopeRequest.Needed : keep || !systemd.HasBus ? ScopeRequest.None : ScopeRequest.IfPossible,
        };
        return request.NeedsScope ? WithProperties(spec) : spec;
    }

    private string Subject => request.Slice is { } slice ? $"--slice={slice}" : $"--property={request.Properties[0].Name}=";

    /// <summary>systemd started vmspawn as a service, whose unit is the machine's as well.</summary>
    private bool IsService => process.Environment("SYSTEMD_EXEC_PID") == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private RegistrationSpec WithProperties(RegistrationSpec spec)
    {
        if (!systemd.HasBus)
            Refuse("systemd does not run here, so there are no units", "leave it out");
        else if (!BusConnection.IsAvailable)
            Refuse("units are made through libsystemd, and libsystemd.so.0 cannot be loaded", "install it (Debian: libsystemd0)");

        var started = new List<TypedProperty>();
        var later = new List<UnitProperty>();
        foreach (var property in request.Properties)
        {
            if (TypedProperty.Of(property, out var mistake) is { } typed)
                started.Add(typed);
            else if (mistake is not null)
                problems.Add(new Problem("unit-property", $"--property={property.Name}={property.Value}", mistake, Kind: ProblemKind.Usage));
            else
                later.Add(property);
        }

        var systemctl = later.Count > 0 ? Executable.Find("systemctl", process.Environment("PATH")) : null;
        if (later.Count > 0 && systemctl is null && systemd.HasBus)
            Refuse("systemctl is not in $PATH, which sets it", "add its directory to $PATH");
        return spec with { StartedWith = started, SetLater = later, Systemctl = systemctl };
    }

    private void Refuse(string text, string hint) => problems.Add(new Problem("scope-missing", Subject, text, hint));
}
