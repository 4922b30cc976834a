using System.Text.Encodings.Web;
using System.Text.Json;
using Vmspawn.Pcie;

namespace Vmspawn.Plan.Print;

/// <summary>The plan for programs. Members may be added later; none changes its meaning.</summary>
public static class PlanJson
{
    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one JSON object, without what is secret in the plan.</summary>
    /// <param name="plan">The plan to print.</param>
    /// <param name="output">Where to.</param>
    public static void Write(VmPlan plan, Stream output)
    {
        using var json = new Utf8JsonWriter(output, Indented);
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
        switch (descriptor.Source)
        {
            case OpenedFile file:
                json.WriteString("kind", "file");
                json.WriteString("path", file.Path);
                json.WriteBoolean("readOnly", file.ReadOnly);
                break;
            case StorageVolume volume:
                json.WriteString("kind", "volume");
                json.WriteString("path", volume.Socket);
                json.WriteString("name", volume.Wish.Name);
                json.WriteBoolean("readOnly", volume.Wish.ReadOnly == true);
                break;
            case AnonymousOverlay overlay:
                json.WriteString("kind", "overlay");
                json.WriteString("directory", overlay.Directory);
                json.WriteNumber("virtualSize", overlay.VirtualSize);
                break;
            case KeptNvram nvram:
                json.WriteString("kind", "nvram");
                json.WriteString("path", nvram.Path);
                json.WriteString("template", nvram.Template);
                break;
            case ForgottenNvram nvram:
                json.WriteString("kind", "nvram");
                json.WriteNull("path");
                json.WriteString("template", nvram.Template);
                break;
            case JoinedFiles joined:
                json.WriteString("kind", "joined");
                json.WriteString("directory", joined.Directory);
                if (joined.Tree is not null)
                    json.WriteString("tree", joined.Tree);
                Array(json, "paths", joined.Paths, path => json.WriteStringValue(path));
                WriteTail(json, joined.Tail);
                break;
            case FilesInImage files:
                json.WriteString("kind", "in-image");
                json.WriteString("directory", files.Directory);
                json.WriteString("path", files.Image);
                json.WriteNumber("size", files.Files.Sum(file => file.Sum(part => part.Length)));
                WriteTail(json, files.Tail);
                break;
            case MemoryBytes bytes:
                json.WriteString("kind", "memory");
                json.WriteNumber("size", bytes.Content.Length);
                break;
            case MonitorSocket:
                json.WriteString("kind", "monitor");
                break;
            case ConsoleTerminal:
                json.WriteString("kind", "console");
                break;
            case SocketEnd end:
                json.WriteString("kind", "socket");
                json.WriteString("pair", end.Pair);
                break;
            case FileInTree file:
                json.WriteString("kind", "in-tree");
                json.WriteString("tree", file.Tree);
                json.WriteString("path", file.Path);
                break;
            case LockedTree tree:
                json.WriteString("kind", "tree-lock");
                json.WriteString("path", tree.Path);
                json.WriteBoolean("shared", tree.IsShared);
                break;
            case ThrowAwayTree tree:
                json.WriteString("kind", "throw-away-tree");
                json.WriteString("path", tree.Path);
                json.WriteString("copyOf", tree.CopyOf);
                break;
            case ListeningEnd end:
                json.WriteString("kind", "listening-socket");
                json.WriteString("pair", end.Pair);
                break;
            case TpmStateDirectory state:
                json.WriteString("kind", "tpm-state");
                json.WriteString("path", state.Path);
                break;
            case TapDevice tap:
                json.WriteString("kind", "tap");
                json.WriteString("interface", tap.Interface);
                json.WriteString("bridge", tap.Bridge);
                break;
            case RuntimeDirectory:
                json.WriteString("kind", "runtime-directory");
                break;
            case HelperSocket socket:
                json.WriteString("kind", "helper-socket");
                json.WriteString("name", socket.Name);
                break;
            case NotifyPort:
                json.WriteString("kind", "notify");
                break;
            case VhostVsockDevice vsock:
                json.WriteString("kind", "vhost-vsock");
                json.WriteNumber("cid", vsock.Cid);
                json.WriteBoolean("passed", vsock.IsPassed);
                break;
            case PassedKvm:
                json.WriteString("kind", "kvm");
                json.WriteBoolean("passed", true);
                break;
            default:
                throw new InvalidOperationException($"Unknown source of a descriptor: {descriptor.Source.GetType()}");
        }

        json.WriteEndObject();
    }

    // Secrets: how many bytes, never which.
    private static void WriteTail(Utf8JsonWriter json, ReadOnlyMemory<byte> tail)
    {
        if (tail.Length > 0)
            json.WriteNumber("tailSize", tail.Length);
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
