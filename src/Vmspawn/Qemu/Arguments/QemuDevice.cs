using System.Globalization;
using System.Text.Json;

namespace Vmspawn.Qemu.Arguments;

/// <summary>Where a PCI device sits.</summary>
/// <param name="Bus">The bus: a root port's id, or the board's own bus.</param>
/// <param name="Device">Device number, 0 to 31.</param>
/// <param name="Function">Function number, 0 to 7.</param>
/// <param name="Multifunction">It is function 0 of a device that has others.</param>
internal readonly record struct PciPlace(string Bus, int Device, int Function, bool Multifunction = false)
{
    /// <summary>The only place behind a root port. Left to choose, QEMU 7.2 puts a second device at device number 1, which no guest looks at.</summary>
    public static PciPlace BehindPort(string port) => new(port, 0, 0);
}

/// <summary>A device of QEMU, described once and written for the command line (<c>-device</c>) or the monitor (<c>device_add</c>).</summary>
internal sealed class QemuDevice(string driver, string id)
{
    private readonly List<Property> _properties = [];

    /// <summary>QEMU's type of device, such as <c>nvme</c>.</summary>
    public string Driver => driver;

    /// <summary>Unique among QEMU's devices.</summary>
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

    /// <summary>Puts it on a PCI bus.</summary>
    public QemuDevice At(PciPlace place) => With("bus", place.Bus)
        .With("addr", $"{place.Device:x}.{place.Function}")
        .WithIf(place.Multifunction, "multifunction", "on");

    /// <summary>For <c>-device</c>.</summary>
    public OptionText ToOptionText()
    {
        var text = new OptionText(driver).With("id", id);
        foreach (var property in _properties)
            text.With(property.Name, property.Text ?? property.Number!.Value.ToString(CultureInfo.InvariantCulture));
        return text;
    }

    /// <summary>For <c>device_add</c>: the properties besides driver and id.</summary>
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
