using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Pcie;

namespace Vmspawn.Plan;

/// <summary>Everything that launching a VM does: printable, comparable, and a pure function of the spec.</summary>
public sealed record VmPlan
{
    /// <summary>The machine's name.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the QEMU binary.</summary>
    public required string Program { get; init; }

    /// <summary>QEMU's arguments, without its name.</summary>
    public required IReadOnlyList<string> Arguments { get; init => field = ValueList.Of(value); }

    /// <summary>QEMU's inherited descriptors, by ascending number.</summary>
    public required IReadOnlyList<DescriptorPlan> Descriptors { get; init => field = ValueList.Of(value); }

    /// <summary>The helpers, in the order of their start, which is before QEMU's.</summary>
    public IReadOnlyList<HelperPlan> Helpers { get; init => field = ValueList.Of(value); } = ValueList.Of<HelperPlan>([]);

    /// <summary>Raw image files to grow first.</summary>
    public IReadOnlyList<GrowthPlan> Growths { get; init => field = ValueList.Of(value); } = ValueList.Of<GrowthPlan>([]);

    /// <summary>Children of templates to create first.</summary>
    public IReadOnlyList<ChildImagePlan> Children { get; init => field = ValueList.Of(value); } = ValueList.Of<ChildImagePlan>([]);

    /// <summary>The address of every PCI function, and the topology that the guest sees.</summary>
    public required PcieTopology Topology { get; init; }

    /// <summary>Whether the interrupt vectors suffice.</summary>
    public required InterruptPlan Interrupts { get; init; }

    /// <summary>Where the console is connected.</summary>
    public required ConsoleMode Console { get; init; }

    /// <summary>The guest's vsock, or null for none.</summary>
    public VsockPlan? Vsock { get; init; }

    /// <summary>How to connect to the guest by ssh, or null when there is no known way.</summary>
    public SshPlan? Ssh { get; init; }

    /// <summary>Files to write into the runtime directory first.</summary>
    public IReadOnlyList<FilePlan> Files { get; init => field = ValueList.Of(value); } = ValueList.Of<FilePlan>([]);

    /// <summary>Messages for the user that are not errors.</summary>
    public IReadOnlyList<string> Notices { get; init => field = ValueList.Of(value); } = ValueList.Of<string>([]);
}

/// <summary>An image file to grow.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Size">Its new size in bytes.</param>
public sealed record GrowthPlan(string Path, long Size);

/// <summary>An empty qcow2 image to create as a child of a template.</summary>
public sealed record ChildImagePlan
{
    internal ChildImagePlan(string path, long size, TemplateFacts template) => (Path, Size, Template) = (path, size, template);

    /// <summary>Absolute path; must not exist.</summary>
    public string Path { get; }

    /// <summary>Size of the disk in bytes, a multiple of 512.</summary>
    public long Size { get; }

    /// <summary>Absolute path of its backing image.</summary>
    public string TemplatePath => Template.Path;

    /// <summary>Its backing image.</summary>
    internal TemplateFacts Template { get; }
}

/// <summary>A file to write, with mode 0600.</summary>
public sealed record FilePlan
{
    internal FilePlan(string name, ValueBytes content) => (Name, Content) = (name, content);

    /// <summary>Its name in the runtime directory.</summary>
    public string Name { get; }

    /// <summary>Its bytes; may be secret, never printed.</summary>
    internal ValueBytes Content { get; }
}

/// <summary>How host and guest connect by vsock.</summary>
/// <param name="Cid">The guest's context id.</param>
/// <param name="NotifyPort">The host's port for the guest's notifications, or null for none.</param>
/// <param name="Socket">
/// For a vsock in user space: the name, in the runtime directory, of the socket for connections to the guest (<c>CONNECT PORT</c>); the guest's
/// connections to port N of the host arrive at <c>NAME_N</c>. Null for the kernel's vsock.
/// </param>
public sealed record VsockPlan(uint Cid, uint? NotifyPort, string? Socket)
{
    /// <summary>The name, in the runtime directory, of the socket to listen on for a port of the host, for a vsock in user space.</summary>
    /// <param name="port">The host's port.</param>
    public string SocketFor(uint port) => $"{Socket}_{port}";
}
