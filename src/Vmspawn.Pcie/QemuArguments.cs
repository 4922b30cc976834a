using System.Globalization;
using System.Text;

namespace Vmspawn.Pcie;

/// <summary>Writes a topology as arguments of QEMU.</summary>
public static class QemuArguments
{
    /// <summary>The root ports, in ascending order of address: <c>-device</c> and its value for each. They precede the devices behind them.</summary>
    /// <param name="topology">The topology.</param>
    public static IReadOnlyList<string> Ports(PcieTopology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        var words = new List<string>(2 * topology.Ports.Count);
        foreach (var port in topology.Ports)
            words.AddRange("-device", Value("pcie-root-port", [new("id", port.Id), .. port.Place.Properties, .. Numbers(port)]));
        return words;
    }

    /// <summary>
    /// The devices of the request, at their addresses and without further properties: <c>-device</c> and its value for each. The
    /// user's devices are not among them: <see cref="Additions"/> is what their arguments need.
    /// </summary>
    /// <param name="topology">The topology.</param>
    public static IReadOnlyList<string> Devices(PcieTopology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        var words = new List<string>();
        foreach (var device in topology.Devices)
        {
            if (device is { Kind: not DemandKind.User, Id: { } id })
                words.AddRange("-device", Value(device.Driver, [new("id", id), .. device.Place.Properties]));
        }

        return words;
    }

    /// <summary>The properties to add to the argument of a user's device; none for other devices.</summary>
    /// <param name="device">The device.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Additions(PlacedDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var additions = new List<KeyValuePair<string, string>>();
        if (device.AddBus)
            additions.Add(device.Place.BusProperty);
        if (device.AddAddress)
            additions.Add(device.Place.AddressProperty);
        if (device.AddMultifunction)
            additions.Add(PciPlace.MultifunctionOn);
        return additions;
    }

    /// <summary>A value in QEMU's syntax of options, where a comma inside of a value is written twice (qemu(1), "-device").</summary>
    /// <param name="value">The value.</param>
    public static string Escape(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Replace(",", ",,", StringComparison.Ordinal);
    }

    private static KeyValuePair<string, string>[] Numbers(RootPort port) =>
        [new("chassis", Text(port.Chassis)), new("slot", Text(port.Slot)), new("port", Text(port.Port))];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Value(string driver, ReadOnlySpan<KeyValuePair<string, string>> properties)
    {
        var text = new StringBuilder(Escape(driver));
        foreach (var (name, value) in properties)
            text.Append(',').Append(name).Append('=').Append(Escape(value));
        return text.ToString();
    }
}
