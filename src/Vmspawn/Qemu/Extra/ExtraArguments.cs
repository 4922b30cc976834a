namespace Vmspawn.Qemu.Extra;

/// <summary>The user's own QEMU arguments, with the devices in them that the PCI plan has to know.</summary>
/// <param name="Words">The arguments, in order.</param>
/// <param name="Devices">Their <c>-device</c> options, in order.</param>
/// <param name="Implied">PCI devices that other options make, on the lowest free device numbers, before any <c>-device</c>.</param>
internal sealed record ExtraArguments(
    IReadOnlyList<string> Words,
    IReadOnlyList<ExtraDevice> Devices,
    IReadOnlyList<string> Implied)
{
    /// <summary>The arguments, in order.</summary>
    public IReadOnlyList<string> Words { get; } = ValueList.Of(Words);

    /// <summary>Their <c>-device</c> options, in order.</summary>
    public IReadOnlyList<ExtraDevice> Devices { get; } = ValueList.Of(Devices);

    /// <summary>PCI devices that other options make.</summary>
    public IReadOnlyList<string> Implied { get; } = ValueList.Of(Implied);

    public static ExtraArguments None { get; } = new([], [], []);
}

/// <summary>One <c>-device</c> of the user's, read but not changed.</summary>
/// <param name="WordIndex">Where its value stands among the words.</param>
/// <param name="Properties">Its properties as text, <c>driver</c> included.</param>
/// <param name="IsJson">Written as JSON rather than key=value.</param>
internal sealed record ExtraDevice(int WordIndex, IReadOnlyDictionary<string, string> Properties, bool IsJson)
{
    public string Driver => Properties["driver"];
    public string? Id => Properties.GetValueOrDefault("id");
    public string? Bus => Properties.GetValueOrDefault("bus");
    public bool Multifunction => Properties.GetValueOrDefault("multifunction") is "on" or "yes" or "true" or "y";

    /// <summary>By the word that it was read from: equal arguments have equal properties.</summary>
    public bool Equals(ExtraDevice? other) => other is not null && WordIndex == other.WordIndex && IsJson == other.IsJson
        && Properties.Count == other.Properties.Count && Properties.All(property => other.Properties.GetValueOrDefault(property.Key) == property.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(WordIndex, Driver, Id);

    /// <summary>What an error calls it.</summary>
    public string Subject => Id is null ? $"-device {Driver}" : $"-device {Driver},id={Id}";
}
