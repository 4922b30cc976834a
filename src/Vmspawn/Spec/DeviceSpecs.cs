using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>A TPM 2.0.</summary>
/// <param name="Swtpm">Absolute path of swtpm(8).</param>
/// <param name="Driver">QEMU's device on this platform.</param>
/// <param name="StateDirectory">Absolute path of the directory that holds its state.</param>
/// <param name="Maker">What makes a new one that is kept, or null for one that is forgotten with the VM.</param>
internal sealed record TpmSpec(string Swtpm, string Driver, string StateDirectory, TpmMaker? Maker)
{
    /// <summary>Its state outlives the VM.</summary>
    public bool IsKept { get; init; }
}

/// <summary>The programs that make a new TPM.</summary>
/// <param name="Swtpm">Absolute path of swtpm(8).</param>
/// <param name="Setup">Absolute path of swtpm_setup(8).</param>
/// <param name="LocalCa">Absolute path of swtpm_localca(8), which signs its certificates.</param>
public sealed record TpmMaker(string Swtpm, string Setup, string LocalCa);

/// <summary>A vsock: connections between host and guest without a network.</summary>
/// <param name="Cid">The guest's context id.</param>
/// <param name="Program">Absolute path of vhost-device-vsock(1), or null for the kernel's.</param>
internal sealed record VsockSpec(uint Cid, string? Program)
{
    /// <summary>QEMU's device for the kernel's vsock.</summary>
    public const string KernelDriver = "vhost-vsock-pci";

    /// <summary>QEMU's device for a vsock that another process serves.</summary>
    public const string UserDriver = "vhost-user-vsock-pci";

    /// <summary>QEMU's device.</summary>
    public string Driver => Program is null ? KernelDriver : UserDriver;

    /// <summary>The kernel's device was handed to us open.</summary>
    public bool IsPassed { get; init; }

    /// <summary>The host's port at which the guest reports; null when somebody else's address was given to it.</summary>
    public uint? NotifyPort { get; init; }
}

/// <summary>A network card of the guest.</summary>
/// <param name="Index">Its place among the cards, from 0.</param>
/// <param name="Link">What it is plugged into.</param>
/// <param name="Mac">Its address, or null for QEMU's.</param>
internal sealed record NicSpec(int Index, NicLink Link, string? Mac)
{
    /// <summary>For whom its port is, in words.</summary>
    public string Owner => Link is TapLink tap ? $"network {tap.Interface}" : "user network";
}

/// <summary>What a card is plugged into.</summary>
internal abstract record NicLink;

/// <summary>A network in user space.</summary>
/// <param name="Published">Ports of the host that lead in; none is 0.</param>
/// <param name="Passt">Path of passt(1), or null for QEMU's own.</param>
internal sealed record UserLink(IReadOnlyList<PublishedPort> Published, string? Passt = null) : NicLink
{
    /// <summary>Ports of the host that lead in; none is 0.</summary>
    public IReadOnlyList<PublishedPort> Published { get; } = ValueList.Of(Published);
}

/// <summary>A TAP device of the host.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Bridge">The bridge that it joins, or null.</param>
/// <param name="HasVhost">The kernel moves its packets (<c>/dev/vhost-net</c>).</param>
internal sealed record TapLink(string Interface, string? Bridge, bool HasVhost) : NicLink;
