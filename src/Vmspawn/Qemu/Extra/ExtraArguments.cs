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

    /// <summary>What an error calls it.</summary>
    public string Subject => Id is null ? $"-device {Driver}" : $"-device {Driver},id={Id}";
}
