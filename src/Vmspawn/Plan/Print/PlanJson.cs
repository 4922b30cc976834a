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
        json.WriteStartObject();
        json.WriteString("name", plan.Name);
        json.WriteString("program", plan.Program);
        Array(json, "arguments", plan.Arguments, argument => json.WriteStringValue(argument));
        Array(json, "descriptors", plan.Descriptors, descriptor => Descriptor(json, descriptor));
        Array(json, "helpers", plan.Helpers, helper => Helper(json, helper));
        Array(json, "growths", plan.Growths, growth => Growth(json, growth));
        Array(json, "children", plan.Children, child => Child(json, child));
        TopologyJson.WriteMembers(plan.Topology, json);
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
}
