namespace Vmspawn.Ssh;

/// <summary>The keys in the guest that log in as any user.</summary>
internal static class GuestKeys
{
    /// <summary>Written at each boot: by systemd from a credential, and by cloud-init. Every user may read it, because sshd reads it as the user who logs in.</summary>
    public const string File = "/run/vmspawn-ssh/authorized_keys";
}
