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
