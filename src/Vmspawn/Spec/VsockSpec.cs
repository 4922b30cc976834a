namespace Vmspawn.Spec;

/// <summary>A vsock: connections between host and guest without a network.</summary>
/// <param name="Cid">The guest's context id.</param>
/// <param name="Program">Absolute path of vhost-device-vsock(1), or null for the kernel's.</param>
internal sealed record VsockSpec(uint Cid, string? Program)
{
    /// <summary>The kernel's device was handed to us open.</summary>
    public bool IsPassed { get; init; }

    /// <summary>The host's port at which the guest reports; null when somebody else's address was given to it.</summary>
    public uint? NotifyPort { get; init; }
}
