using System.Text.Json;
using Vmspawn.Pcie;

namespace Vmspawn.Plan.Print;

/// <summary>Prints the plan as JSON. Later versions may add members, but do not change the meaning of existing ones.</summary>
public static class PlanJson
{
    /// <summary>Writes one JSON object, without secrets.</summary>
    /// <param name="plan">The plan to print.</param>
    /// <param name="json">Receives the object.</param>
    public static void Write(VmPlan plan, Utf8JsonWriter json)
    {
        var topology = plan.Topology;
        json.WriteStartObject();
        json.WriteString("name", plan.Name);
        json.WriteString("machine", topology.Machine.Name);
        json.WriteString("layout", Word(topology.Layout));
        json.WriteString("program", plan.Program);
        Array(json, "arguments", plan.Arguments, argument => json.WriteStringValue(argument));
        Array(json, "descriptors", plan.Descriptors, descriptor => Descriptor(json, descriptor));
        Array(json, "helpers", plan.Helpers, helper => Helper(json, helper));
        Array(json, "growths", plan.Growths, growth => Growth(json, growth));
        Array(json, "children", plan.Children, child => Child(json, child));
        Array(json, "reserved", topology.Reserved, function => Reserved(json, function));
        Array(json, "ports", topology.Ports, port => Port(json, port));
        Array(json, "devices", topology.Devices, device => Device(json, device));
        Array(json, "budget", topology.Budget.Lines, line => Budget(json, line));
        json.WriteStartObject("interrupts");
        json.WriteNumber("needed", plan.Interrupts.Needed);
        if (plan.Interrupts.Limit is { } limit)
            json.WriteNumber("limit", limit);
        else
            json.WriteNull("limit");
        json.WriteBoolean("sharedByDrives", plan.Interrupts.SharedByDrives);
        json.WriteBoolean("sharedByUsersNvme", plan.Interrupts.SharedByUsersNvme);
        json.WriteEndObject();
        Array(json, "notices", plan.Notices, notice => json.WriteStringValue(notice));
        json.WriteEndObject();
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            write(item);
        json.WriteEndArray();
    }

    private static void Descriptor(Utf8JsonWriter json, DescriptorPlan descriptor)
    {
        json.WriteStartObject();
        json.WriteString("slot", descriptor.Slot);
        json.WriteNumber("number", descriptor.Number);
        json.WriteString("kind", descriptor.Source.Kind);
        descriptor.Source.Write(json);
        json.WriteEndObject();
    }

    private static void Helper(Utf8JsonWriter json, HelperPlan helper)
    {
        json.WriteStartObject();
        json.WriteString("purpose", helper.Purpose);
        Array(json, "wrapper", helper.Wrapper, word => json.WriteStringValue(word));
        json.WriteString("program", helper.Program);
        Array(json, "arguments", helper.Arguments, argument => json.WriteStringValue(argument));
        Array(json, "descriptors", helper.Descriptors, descriptor => Descriptor(json, descriptor));
        json.WriteEndObject();
    }

    private static void Growth(Utf8JsonWriter json, GrowthPlan growth)
    {
        json.WriteStartObject();
        json.WriteString("path", growth.Path);
        json.WriteNumber("size", growth.Size);
        json.WriteEndObject();
    }

    private static void Child(Utf8JsonWriter json, ChildImagePlan child)
    {
        json.WriteStartObject();
        json.WriteString("path", child.Path);
        json.WriteNumber("size", child.Size);
        json.WriteString("template", child.Template.Path);
        json.WriteEndObject();
    }

    private static void Reserved(Utf8JsonWriter json, ReservedFunction function)
    {
        json.WriteStartObject();
        json.WriteString("name", function.Name);
        json.WriteString("guest", new PciAddress(0, function.Address.Device, function.Address.Function).ToString());
        json.WriteEndObject();
    }

    private static void Port(Utf8JsonWriter json, RootPort port)
    {
        json.WriteStartObject();
        json.WriteString("id", port.Id);
        json.WriteNumber("device", port.Address.Device);
        json.WriteNumber("function", port.Address.Function);
        json.WriteString("guest", new PciAddress(0, port.Address.Device, port.Address.Function).ToString());
        json.WriteNumber("chassis", port.Chassis);
        json.WriteNumber("slot", port.Slot);
        json.WriteNumber("port", port.Port);
        json.WriteBoolean("spare", port.Spare);
        json.WriteString("owner", port.Owner);
        if (port.Bus is { } bus)
            json.WriteNumber("bus", bus);
        else
            json.WriteNull("bus");
        json.WriteEndObject();
    }

    private static void Device(Utf8JsonWriter json, PlacedDevice device)
    {
        json.WriteStartObject();
        json.WriteString("id", device.Id);
        json.WriteString("driver", device.Driver);
        json.WriteString("kind", Word(device.Kind));
        json.WriteString("bus", device.Bus);
        json.WriteNumber("device", device.Device);
        json.WriteNumber("function", device.Function);
        json.WriteBoolean("multifunction", device.Multifunction);
        json.WriteString("guest", device.Guest?.ToString());
        json.WriteString("owner", device.Owner);
        json.WriteEndObject();
    }

    private static void Budget(Utf8JsonWriter json, BudgetLine line)
    {
        json.WriteStartObject();
        json.WriteString("resource", line.Name);
        json.WriteNumber("used", line.Used);
        json.WriteNumber("free", line.Free);
        json.WriteNumber("limit", line.Limit);
        json.WriteEndObject();
    }

    internal static string Word(PcieLayout layout) => layout switch
    {
        PcieLayout.Ports => "ports",
        PcieLayout.Packed => "packed",
        _ => "auto",
    };

    private static string Word(DemandKind kind) => kind switch
    {
        DemandKind.Integrated => "integrated",
        DemandKind.Boot => "boot",
        _ => "user",
    };
}
