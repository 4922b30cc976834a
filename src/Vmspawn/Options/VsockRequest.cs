namespace Vmspawn.Options;

/// <summary>Which vsock device the guest gets.</summary>
public enum VsockMode
{
    /// <summary>The kernel's (vhost-vsock) if usable, else vhost-device-vsock if installed, else none.</summary>
    Auto,

    /// <summary>One of the two; an error if neither is available.</summary>
    Yes,

    /// <summary>None.</summary>
    No,

    /// <summary>vhost-device-vsock in user space, even if the kernel's is usable.</summary>
    User,
}

/// <summary><c>--vsock=</c> and <c>--vsock-cid=</c>.</summary>
/// <param name="Mode">Which device.</param>
/// <param name="Cid">The guest's context id, 3 to 4294967294; null derives it from the machine's name.</param>
public sealed record VsockRequest(VsockMode Mode, uint? Cid)
{
    /// <summary>The default.</summary>
    public static VsockRequest Default { get; } = new(VsockMode.Auto, null);
}
