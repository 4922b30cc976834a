namespace Vmspawn.Plan;

/// <summary>How ssh(1) gets into the guest.</summary>
/// <param name="Way">By what.</param>
/// <param name="Port">The port that sshd has in the guest; by loopback the host's that leads there.</param>
/// <param name="KeyFile">Name of the private key in the runtime directory.</param>
public sealed record SshPlan(SshWay Way, int Port, string KeyFile);

/// <summary>By what ssh(1) gets into a guest.</summary>
public enum SshWay
{
    /// <summary>The vsock.</summary>
    Vsock,

    /// <summary>A port of the host's loopback address.</summary>
    Loopback,
}
