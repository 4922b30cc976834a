namespace Vmspawn.Qemu.Extra;

/// <summary>The user's QEMU arguments, and the devices in them for the PCI plan.</summary>
/// <param name="Words">The arguments, in order.</param>
/// <param name="Devices">Their <c>-device</c> options, in order.</param>
/// <param name="Implied">PCI devices that other options create, on the lowest free device numbers, before any <c>-device</c>.</param>
internal sealed record ExtraArguments(
    IReadOnlyList<string> Words,
    IReadOnlyList<ExtraDevice> Devices,
    IReadOnlyList<string> Implied)
{
    /// <summary>The arguments, in order.</summary>
    public IReadOnlyList<string> Words { get; } = ValueList.Of(Words);

    /// <summary>Their <c>-device</c> options, in order.</summary>
    public IReadOnlyList<ExtraDevice> Devices { get; } = ValueList.Of(Devices);

    /// <summary>PCI devices that other options create.</summary>
    public IReadOnlyList<string> Implied { get; } = ValueList.Of(Implied);

    public static ExtraArguments None { get; } = new([], [], []);
}

/// <summary>One <c>-device</c> of the user.</summary>
/// <param name="WordIndex">The index of its value in the arguments.</param>
/// <param name="Properties">Its properties as text, <c>driver</c> included.</param>
/// <param name="IsJson">Whether it is written as JSON rather than key=value.</param>
internal sealed record ExtraDevice(int WordIndex, IReadOnlyDictionary<string, string> Properties, bool IsJson)
{
    public string Driver => Properties["driver"];
    public string? Id => Properties.GetValueOrDefault("id");
    public string? Bus => Properties.GetValueOrDefault("bus");
    public bool Multifunction => Properties.GetValueOrDefault("multifunction") is "on" or "yes" or "true" or "y";

    /// <summary>Compares the parsed argument: equal arguments have equal properties.</summary>
    public bool Equals(ExtraDevice? other) => other is not null && WordIndex == other.WordIndex && IsJson == other.IsJson
        && Properties.Count == other.Properties.Count && Properties.All(property => other.Properties.GetValueOrDefault(property.Key) == property.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(WordIndex, Driver, Id);

    /// <summary>Its name in messages.</summary>
    public string Subject => Id is null ? $"-device {Driver}" : $"-device {Driver},id={Id}";
}
