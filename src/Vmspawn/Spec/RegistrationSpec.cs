using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>How the machine is registered with the host's systemd, as far as available.</summary>
internal sealed record RegistrationSpec
{
    /// <summary>Whether registration is required, attempted, or skipped.</summary>
    public required Tristate Register { get; init; }

    /// <summary>Sockets of systemd-machined, in the order to try; empty when it does not run.</summary>
    public IReadOnlyList<string> Machined { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);

    /// <summary>Whether manager and bus are the user's rather than the system's.</summary>
    public bool IsUser { get; init; }

    /// <summary>Whether there is a bus with systemd on it.</summary>
    public bool HasBus { get; init; }

    /// <summary>Whether the machine stays in the unit that vmspawn runs in.</summary>
    public bool KeepUnit { get; init; }

    /// <summary>Whether the machine gets a scope unit of its own.</summary>
    public ScopeRequest Scope { get; init; }

    /// <summary>The scope's slice, or null for the default.</summary>
    public string? Slice { get; init; }

    /// <summary>The properties that the scope is started with.</summary>
    public IReadOnlyList<TypedProperty> StartedWith { get; init => field = ValueList.Of(value); } = ValueList.Of<TypedProperty>([]);

    /// <summary>The properties that are set after its start, before QEMU is started.</summary>
    public IReadOnlyList<UnitProperty> SetLater { get; init => field = ValueList.Of(value); } = ValueList.Of<UnitProperty>([]);

    /// <summary>Path of systemctl(1), which sets them; null when there are none.</summary>
    public string? Systemctl { get; init; }

    /// <summary>No registration.</summary>
    public static RegistrationSpec None { get; } = new() { Register = Tristate.No };
}

/// <summary>Whether a machine gets a scope unit of its own.</summary>
internal enum ScopeRequest
{
    /// <summary>It stays in vmspawn's unit.</summary>
    None,

    /// <summary>It gets one while QEMU starts, if possible.</summary>
    IfPossible,

    /// <summary>It must get one before QEMU is started.</summary>
    Needed,
}

/// <summary>A property that a unit is started with, in D-Bus form.</summary>
/// <param name="Name">Its D-Bus name.</param>
/// <param name="Value">Its value.</param>
internal sealed record TypedProperty(string Name, UnitValue Value)
{
    private static readonly string[] Texts = ["Description", "CollectMode", "KillMode", "OOMPolicy"];

    private static readonly string[] Lists =
    [
        "After", "Before", "Wants", "Requires", "Requisite", "BindsTo", "PartOf", "Upholds", "Conflicts", "Documentation",
    ];

    private static readonly string[] Switches = ["DefaultDependencies", "SendSIGHUP", "SendSIGKILL", "Delegate"];

    private static readonly string[] Times = ["TimeoutStopSec", "RuntimeMaxSec", "RuntimeRandomizedExtraSec"];

    /// <summary>
    /// The property if it can only be set when the unit is started; null if <c>systemctl set-property</c> can set
    /// it, which parses values by the running systemd's rules.
    /// </summary>
    /// <param name="property">The setting.</param>
    /// <param name="mistake">Receives the error in its value.</param>
    public static TypedProperty? Of(UnitProperty property, out string? mistake)
    {
        mistake = null;
        var (name, text) = (property.Name, property.Value);
        if (Texts.Contains(name))
            return new TypedProperty(name, new UnitString(text));
        if (Lists.Contains(name))
            return new TypedProperty(name, new UnitWords(text.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        if (Switches.Contains(name))
        {
            if (BoolText.Match(text) is { } on)
                return new TypedProperty(name, new UnitSwitch(on));
            mistake = "this is neither yes nor no";
        }
        else if (Times.Contains(name))
        {
            if (TimeSpanText.Microseconds(text) is { } time)
                return new TypedProperty($"{name[..^"Sec".Length]}USec", new UnitTime(time));
            mistake = "this is not a time such as \"2min 30s\"";
        }

        return null;
    }
}

/// <summary>The value of a unit's property.</summary>
internal abstract record UnitValue;

/// <summary>A string.</summary>
internal sealed record UnitString(string Text) : UnitValue;

/// <summary>A list of strings.</summary>
internal sealed record UnitWords(IReadOnlyList<string> Words) : UnitValue
{
    /// <summary>The words, in order.</summary>
    public IReadOnlyList<string> Words { get; } = ValueList.Of(Words);
}

/// <summary>A boolean.</summary>
internal sealed record UnitSwitch(bool IsOn) : UnitValue;

/// <summary>A time span, in microseconds.</summary>
internal sealed record UnitTime(ulong Microseconds) : UnitValue;
