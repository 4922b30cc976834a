namespace Vmspawn.Options;

/// <summary>How commands get into the guest.</summary>
public enum GuestChannel
{
    /// <summary>The first of the following ones that answers; none for a confidential guest.</summary>
    Auto,

    /// <summary>A root shell on a virtio port, served by a unit that is passed as a credential (systemd 256 and later), or by the image's own.</summary>
    Shell,

    /// <summary>The same shell, started by the guest's qemu-guest-agent.</summary>
    Agent,

    /// <summary>The same shell, by a connection of ssh(1) that is kept.</summary>
    Ssh,

    /// <summary>None.</summary>
    None,
}
