using System.Globalization;
using System.Text.Json;
using Vmspawn.Pcie;

namespace Vmspawn.Qemu.Arguments;

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
    public QemuDevice At(PciPlace place)
    {
        foreach (var (name, value) in place.Properties)
            With(name, value);
        return this;
    }

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
