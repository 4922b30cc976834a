using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>How the machine becomes known to the host's systemd, as far as that is there.</summary>
internal sealed record RegistrationSpec
{
    /// <summary>Whether failing to register ends the machine, is passed over, or is not even tried.</summary>
    public required Tristate Register { get; init; }

    /// <summary>Sockets of systemd-machined, the one to try first in front; empty where it does not run.</summary>
    public IReadOnlyList<string> Machined { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);

    /// <summary>The manager and the bus are the user's rather than the system's.</summary>
    public bool IsUser { get; init; }

    /// <summary>There is a bus with systemd on it.</summary>
    public bool HasBus { get; init; }

    /// <summary>The machine stays in the unit we run in.</summary>
    public bool KeepUnit { get; init; }

    /// <summary>Whether the machine gets a scope unit of its own.</summary>
    public ScopeRequest Scope { get; init; }

    /// <summary>The scope's slice, or null for the usual one.</summary>
    public string? Slice { get; init; }

    /// <summary>What the scope is started with.</summary>
    public IReadOnlyList<TypedProperty> StartedWith { get; init => field = ValueList.Of(value); } = ValueList.Of<TypedProperty>([]);

    /// <summary>What is set once it runs, before QEMU is started.</summary>
    public IReadOnlyList<UnitProperty> SetLater { get; init => field = ValueList.Of(value); } = ValueList.Of<UnitProperty>([]);

    /// <summary>The program that sets it; null when there is nothing to set.</summary>
    public string? Systemctl { get; init; }

    /// <summary>Nothing is there, or nothing is wanted.</summary>
    public static RegistrationSpec None { get; } = new() { Register = Tristate.No };
}

/// <summary>Whether a machine gets a scope unit of its own.</summary>
internal enum ScopeRequest
{
    /// <summary>It stays where we are.</summary>
    None,

    /// <summary>It gets one while QEMU starts, where that can be had.</summary>
    IfPossible,

    /// <summary>It gets one before QEMU is started, or does not start.</summary>
    Needed,
}

/// <summary>A setting that a unit is started with, as D-Bus has it.</summary>
/// <param name="Name">D-Bus' name of it.</param>
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
    /// The setting when it is one that a unit can only be started with; null when <c>systemctl set-property</c> can make
    /// it, which reads every value as the systemd that runs does.
    /// </summary>
    /// <param name="property">The setting.</param>
    /// <param name="mistake">Receives what is wrong with its value.</param>
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

/// <summary>The value of a unit's setting.</summary>
internal abstract record UnitValue;

/// <summary>A text.</summary>
internal sealed record UnitString(string Text) : UnitValue;

/// <summary>A list of words.</summary>
internal sealed record UnitWords(IReadOnlyList<string> Words) : UnitValue
{
    /// <summary>The words, in order.</summary>
    public IReadOnlyList<string> Words { get; } = ValueList.Of(Words);
}

/// <summary>Yes or no.</summary>
internal sealed record UnitSwitch(bool IsOn) : UnitValue;

/// <summary>A span of time, in microseconds.</summary>
internal sealed record UnitTime(ulong Microseconds) : UnitValue;
