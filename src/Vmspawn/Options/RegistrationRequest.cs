namespace Vmspawn.Options;

/// <summary>How the machine is registered with the host's systemd.</summary>
public sealed record RegistrationRequest
{
    /// <summary>Whether registration with systemd-machined is required, attempted, or skipped.</summary>
    public Tristate Register { get; init; } = Tristate.Auto;

    /// <summary><c>--keep-unit</c>: the machine stays in the unit that vmspawn runs in.</summary>
    public bool KeepUnit { get; init; }

    /// <summary><c>--slice=</c>: the slice of its scope unit, a full unit name; null for <c>machine.slice</c>.</summary>
    public string? Slice { get; init; }

    /// <summary><c>--property=</c>: settings of its scope unit, in the order given.</summary>
    public IReadOnlyList<UnitProperty> Properties { get; init; } = [];

    /// <summary>Whether a scope unit is required.</summary>
    public bool NeedsScope => !KeepUnit && (Slice is not null || Properties.Count > 0);
}

/// <summary>A setting of a unit, as in unit files.</summary>
/// <param name="Name">Such as <c>MemoryMax</c>.</param>
/// <param name="Value">Its text; an empty value resets the setting.</param>
public sealed record UnitProperty(string Name, string Value);
