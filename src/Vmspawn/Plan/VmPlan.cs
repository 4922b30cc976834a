using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Pcie;

namespace Vmspawn.Plan;

/// <summary>Everything that launching a VM will do, decided: printable, comparable, and the same for the same spec.</summary>
public sealed record VmPlan
{
    /// <summary>The machine's name.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the QEMU binary.</summary>
    public required string Program { get; init; }

    /// <summary>QEMU's arguments, without its name.</summary>
    public required IReadOnlyList<string> Arguments { get; init => field = ValueList.Of(value); }

    /// <summary>What is opened for QEMU, by ascending number.</summary>
    public required IReadOnlyList<DescriptorPlan> Descriptors { get; init => field = ValueList.Of(value); }

    /// <summary>The programs that serve QEMU, in the order in which they are started, all before it.</summary>
    public IReadOnlyList<HelperPlan> Helpers { get; init => field = ValueList.Of(value); } = ValueList.Of<HelperPlan>([]);

    /// <summary>Raw image files to grow first.</summary>
    public IReadOnlyList<GrowthPlan> Growths { get; init => field = ValueList.Of(value); } = ValueList.Of<GrowthPlan>([]);

    /// <summary>Children of templates to make first.</summary>
    public IReadOnlyList<ChildImagePlan> Children { get; init => field = ValueList.Of(value); } = ValueList.Of<ChildImagePlan>([]);

    /// <summary>Where every PCI function sits, and what the guest will see.</summary>
    public required PcieTopology Topology { get; init; }

    /// <summary>Whether there are interrupts for all of it.</summary>
    public required InterruptPlan Interrupts { get; init; }

    /// <summary>Who reads and writes the console.</summary>
    public required ConsoleMode Console { get; init; }

    /// <summary>The guest's vsock, or null for none.</summary>
    public VsockPlan? Vsock { get; init; }

    /// <summary>How to log in to the guest by ssh, or null when there is no way that we know.</summary>
    public SshPlan? Ssh { get; init; }

    /// <summary>What is written into the runtime directory first.</summary>
    public IReadOnlyList<FilePlan> Files { get; init => field = ValueList.Of(value); } = ValueList.Of<FilePlan>([]);

    /// <summary>Sentences the user is told, not errors.</summary>
    public IReadOnlyList<string> Notices { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);
}

/// <summary>An image file to grow.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Size">Its new size in bytes.</param>
public sealed record GrowthPlan(string Path, long Size);

/// <summary>An empty qcow2 image to make, whose content is a template's until the guest writes.</summary>
/// <param name="Path">Absolute path; there must be nothing.</param>
/// <param name="Size">Size of the disk in bytes, a multiple of 512.</param>
/// <param name="Template">What is below it.</param>
public sealed record ChildImagePlan(string Path, long Size, TemplateFacts Template);

/// <summary>A file to write, readable by us alone.</summary>
/// <param name="Name">Its name in the runtime directory.</param>
/// <param name="Content">Its bytes; may be secret, never printed.</param>
public sealed record FilePlan(string Name, ValueBytes Content);
