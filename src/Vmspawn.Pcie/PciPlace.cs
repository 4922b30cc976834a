namespace Vmspawn.Pcie;

/// <summary>The place of a PCI device, as the properties of QEMU's devices describe it.</summary>
/// <param name="Bus">QEMU's name of the bus: <c>pcie.0</c>, or the id of a port or bridge.</param>
/// <param name="Address">Device number and function on that bus.</param>
/// <param name="Multifunction">Whether it is function 0 of a device number with further functions.</param>
public readonly record struct PciPlace(string Bus, RootAddress Address, bool Multifunction = false)
{
    /// <summary>The properties <c>bus</c>, <c>addr</c> and, if needed, <c>multifunction</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Properties =>
        Multifunction ? [BusProperty, AddressProperty, MultifunctionOn] : [BusProperty, AddressProperty];

    internal static KeyValuePair<string, string> MultifunctionOn => new("multifunction", "on");

    internal KeyValuePair<string, string> BusProperty => new("bus", Bus);

    internal KeyValuePair<string, string> AddressProperty => new("addr", $"{Address.Device:x}.{Address.Function:x}");

    /// <summary>The only valid address behind a root port. By default QEMU 7.2 puts a second device at device number 1, which guests do not scan.</summary>
    /// <param name="port">The port's id.</param>
    public static PciPlace BehindPort(string port) => new(port, new RootAddress(0, 0));
}
