namespace Vmspawn.Options;

/// <summary>Which vsock the guest gets.</summary>
public enum VsockMode
{
    /// <summary>The kernel's where it is usable, else one in user space where its program is installed, else none.</summary>
    Auto,

    /// <summary>One of the two: an error where there is neither.</summary>
    Yes,

    /// <summary>None.</summary>
    No,

    /// <summary>The one in user space (vhost-device-vsock), even where the kernel's is usable.</summary>
    User,
}

/// <summary><c>--vsock=</c> and <c>--vsock-cid=</c>.</summary>
/// <param name="Mode">Which.</param>
/// <param name="Cid">The guest's context id, 3 to 4294967294; null derives it from the machine's name.</param>
public sealed record VsockWish(VsockMode Mode, uint? Cid)
{
    /// <summary>Neither is said.</summary>
    public static VsockWish Default { get; } = new(VsockMode.Auto, null);
}
