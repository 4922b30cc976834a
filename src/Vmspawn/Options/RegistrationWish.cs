namespace Vmspawn.Options;

/// <summary>How the machine is known to the host's systemd.</summary>
public sealed record RegistrationWish
{
    /// <summary>Whether systemd-machined has to know it, may know it, or is not asked.</summary>
    public Tristate Register { get; init; } = Tristate.Auto;

    /// <summary><c>--keep-unit</c>: it stays in the unit we run in.</summary>
    public bool KeepUnit { get; init; }

    /// <summary><c>--slice=</c>: the slice of its scope unit, a full unit name; null for <c>machine.slice</c>.</summary>
    public string? Slice { get; init; }

    /// <summary><c>--property=</c>: settings of its scope unit, in the order given.</summary>
    public IReadOnlyList<UnitProperty> Properties { get; init; } = [];

    /// <summary>Whether a scope unit is insisted on.</summary>
    public bool NeedsScope => !KeepUnit && (Slice is not null || Properties.Count > 0);
}

/// <summary>A setting of a unit, as unit files have it.</summary>
/// <param name="Name">Such as <c>MemoryMax</c>.</param>
/// <param name="Value">Its text; empty resets.</param>
public sealed record UnitProperty(string Name, string Value);
