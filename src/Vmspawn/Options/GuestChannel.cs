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

/// <summary>The value of <c>--guest-channel=</c>.</summary>
internal static class GuestChannelText
{
    public static Parsed<GuestChannel> Parse(string text) => text switch
    {
        "auto" => GuestChannel.Auto,
        "shell" => GuestChannel.Shell,
        "agent" => GuestChannel.Agent,
        "ssh" => GuestChannel.Ssh,
        "no" or "none" => GuestChannel.None,
        _ => new Mistake("guest-channel", $"\"{text}\" is no way into a guest", "choose auto, shell, agent, ssh or no"),
    };
}
