namespace Vmspawn.Options;

/// <summary>How commands get into the guest.</summary>
public enum GuestChannel
{
    /// <summary>The first that answers: shell, agent, ssh.</summary>
    Auto,

    /// <summary>A root shell on a virtio port, served by a unit that is passed as a credential (systemd 256 and later), or by the image's own.</summary>
    Shell,

    /// <summary>qemu-guest-agent on its virtio port.</summary>
    Agent,

    /// <summary>ssh(1), with the key that is passed to the guest.</summary>
    Ssh,

    /// <summary>None.</summary>
    None,
}
