using Vmspawn.Pcie;
using Vmspawn.Qemu.Arguments;

namespace Vmspawn.Plan;

/// <summary>Collects QEMU's arguments and descriptors, and the helpers.</summary>
internal sealed class PlanDraft(PcieTopology topology)
{
    private readonly DescriptorTable _descriptors = new();

    public List<string> Arguments { get; } = [];
    public IReadOnlyList<DescriptorPlan> Descriptors => _descriptors.All;

    /// <summary>In the order in which they are started.</summary>
    public List<HelperPlan> Helpers { get; } = [];
    public PcieTopology Topology { get; } = topology;

    public void Add(string option, string value)
    {
        Arguments.Add(option);
        Arguments.Add(value);
    }

    public void Add(string option, OptionText value) => Add(option, value.ToString());

    public void Add(QemuDevice device) => Add("-device", device.ToOptionText());

    /// <summary>Adds a PCI device at the address that the topology assigned to its id.</summary>
    public void AddPciDevice(string driver, string id, Func<OptionText, OptionText>? properties = null)
    {
        var text = new QemuDevice(driver, id).At(PlaceOf(id)).ToOptionText();
        Add("-device", properties is null ? text : properties(text));
    }

    /// <summary>The address that the topology assigned to an id.</summary>
    public PciPlace PlaceOf(string id) => Topology.FindDevice(id)?.Place
        ?? throw new InvalidOperationException($"The topology has no place for {id}.");

    /// <summary>The path of an inherited descriptor that QEMU opens itself; <c>/dev/fd</c> does not exist in every container.</summary>
    public string InheritedPath(string slot, DescriptorSource source) => $"/proc/self/fd/{Inherit(slot, source)}";

    /// <summary>The path of a descriptor set with one descriptor, for block nodes and character devices.</summary>
    public string SetPath(string slot, DescriptorSource source)
    {
        var number = Inherit(slot, source);
        Add("-add-fd", OptionText.Pairs().With("fd", number).With("set", number));
        return $"/dev/fdset/{number}";
    }

    /// <summary>The number of an inherited descriptor, for options that take one.</summary>
    public int Inherit(string slot, DescriptorSource source) => _descriptors.Add(slot, source);
}
