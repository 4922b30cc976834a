namespace Vmspawn.Ssh;

/// <summary>A key that logs in to the guest.</summary>
/// <param name="Private">The file that ssh(1) takes; secret.</param>
/// <param name="Public">A line of <c>authorized_keys</c>, without its line feed.</param>
internal sealed record SshKeyPair(ReadOnlyMemory<byte> Private, string Public)
{
    /// <summary>As long as a real one, for a plan that nobody carries out.</summary>
    public static SshKeyPair StandIn { get; } = new(new byte[387], $"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{new string('A', 48)} vmspawn");
}
