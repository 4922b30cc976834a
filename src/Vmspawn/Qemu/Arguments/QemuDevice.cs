using System.Globalization;
using System.Text.Json;

namespace Vmspawn.Qemu.Arguments;

/// <summary>The address of a PCI device.</summary>
/// <param name="Bus">The bus: a root port's id, or the board's own bus.</param>
/// <param name="Device">Device number, 0 to 31.</param>
/// <param name="Function">Function number, 0 to 7.</param>
/// <param name="Multifunction">Whether it is function 0 of a device with further functions.</param>
internal readonly record struct PciPlace(string Bus, int Device, int Function, bool Multifunction = false)
{
    /// <summary>The only valid address behind a root port. By default QEMU 7.2 puts a second device at device number 1, which guests do not scan.</summary>
    public static PciPlace BehindPort(string port) => new(port, 0, 0);
}

/// <summary>A QEMU device, written for the command line (<c>-device</c>) or the monitor (<c>device_add</c>).</summary>
internal sealed class QemuDevice(string driver, string id)
{
    private readonly List<Property> _properties = [];

    /// <summary>QEMU's driver, such as <c>nvme</c>.</summary>
    public string Driver => driver;

    /// <summary>The device's id, unique within QEMU.</summary>
    public string Id => id;

    public QemuDevice With(string name, string value)
    {
        _properties.Add(new Property(name, value, Number: null));
        return this;
    }

    public QemuDevice With(string name, int value)
    {
        _properties.Add(new Property(name, Text: null, value));
        return this;
    }

    public QemuDevice WithIf(bool condition, string name, string value) => condition ? With(name, value) : this;

    public QemuDevice WithIf(bool condition, string name, int value) => condition ? With(name, value) : this;

    /// <summary>Sets its address on a PCI bus.</summary>
    public QemuDevice At(PciPlace place) => With("bus", place.Bus)
        .With("addr", $"{place.Device:x}.{place.Function}")
        .WithIf(place.Multifunction, "multifunction", "on");

    /// <summary>The value for <c>-device</c>.</summary>
    public OptionText ToOptionText()
    {
        var text = new OptionText(driver).With("id", id);
        foreach (var property in _properties)
            text.With(property.Name, property.Text ?? property.Number!.Value.ToString(CultureInfo.InvariantCulture));
        return text;
    }

    /// <summary>Writes the properties without driver and id, for <c>device_add</c>.</summary>
    public void WriteProperties(Utf8JsonWriter json)
    {
        foreach (var property in _properties)
        {
            if (property.Text is { } text)
                json.WriteString(property.Name, text);
            else
                json.WriteNumber(property.Name, property.Number!.Value);
        }
    }

    private readonly record struct Property(string Name, string? Text, int? Number);
}
