namespace Vmspawn.Options;

/// <summary>How commands get into the guest.</summary>
public enum GuestChannel
{
    /// <summary>The first that answers; none for a confidential guest.</summary>
    Auto,

    /// <summary>A root shell on a virtio port, served by a unit that is passed as a credential (systemd 256 and later), or by the image's own.</summary>
    Shell,

    /// <summary>None.</summary>
    None,
}
