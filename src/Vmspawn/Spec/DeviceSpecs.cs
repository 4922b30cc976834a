using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>A TPM 2.0.</summary>
/// <param name="Swtpm">Absolute path of swtpm(8).</param>
/// <param name="Driver">QEMU's device on this platform.</param>
/// <param name="StateDirectory">Absolute path of the directory that holds its state.</param>
/// <param name="Maker">The programs that create a persistent state, or null for a state that is discarded with the VM.</param>
internal sealed record TpmSpec(string Swtpm, string Driver, string StateDirectory, TpmMaker? Maker)
{
    /// <summary>Its state is persistent.</summary>
    public bool IsKept { get; init; }
}

/// <summary>The programs that create a new TPM state.</summary>
/// <param name="Swtpm">Absolute path of swtpm(8).</param>
/// <param name="Setup">Absolute path of swtpm_setup(8).</param>
/// <param name="LocalCa">Absolute path of swtpm_localca(8), which signs its certificates.</param>
internal sealed record TpmMaker(string Swtpm, string Setup, string LocalCa);

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

    /// <summary>The kernel's device was passed to vmspawn as an open descriptor.</summary>
    public bool IsPassed { get; init; }

    /// <summary>The host's port for the guest's notifications; null when the user gave the guest another address.</summary>
    public uint? NotifyPort { get; init; }
}

/// <summary>A network card of the guest.</summary>
/// <param name="Index">Its index among the cards, from 0.</param>
/// <param name="Link">Its backend.</param>
/// <param name="Mac">Its address, or null for QEMU's.</param>
internal sealed record NicSpec(int Index, NicLink Link, string? Mac)
{
    /// <summary>The name of its use, for messages about its port.</summary>
    public string Owner => Link switch
    {
        TapLink tap => $"network {tap.Interface}",
        SwitchLink link => $"network {link.Network}",
        _ => "user network",
    };
}

/// <summary>The backend of a network card.</summary>
internal abstract record NicLink;

/// <summary>User-mode networking.</summary>
/// <param name="Published">Host ports that are forwarded to the guest; none is 0.</param>
/// <param name="Passt">Path of passt(1), or null for QEMU's built-in networking.</param>
internal sealed record UserLink(IReadOnlyList<PublishedPort> Published, string? Passt = null) : NicLink
{
    /// <summary>Host ports that are forwarded to the guest; none is 0.</summary>
    public IReadOnlyList<PublishedPort> Published { get; } = ValueList.Of(Published);
}

/// <summary>A TAP device of the host.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Bridge">The bridge that it joins, or null.</param>
/// <param name="HasVhost">The kernel processes its packets (<c>/dev/vhost-net</c>).</param>
internal sealed record TapLink(string Interface, string? Bridge, bool HasVhost) : NicLink;

/// <summary>A network between machines.</summary>
/// <param name="Network">Its name.</param>
/// <param name="Socket">The path of its control socket.</param>
internal sealed record SwitchLink(string Network, string Socket) : NicLink;
