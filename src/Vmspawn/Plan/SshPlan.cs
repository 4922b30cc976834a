using Vmspawn.Spec;

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

/// <summary>The key that logs in to the guest as files, and how to use it.</summary>
internal static class SshFiles
{
    /// <summary>sshd's port in the guest.</summary>
    private const int Port = 22;

    public static SshPlan? Plan(MachineSpec spec) => spec.Ssh switch
    {
        null => null,
        { HostPort: { } port } => new SshPlan(SshWay.Loopback, port, KeyFile(spec.Ssh)),
        _ => spec.Vsock is null ? null : new SshPlan(SshWay.Vsock, Port, KeyFile(spec.Ssh)),
    };

    public static IReadOnlyList<FilePlan> Files(SshSpec? ssh) => ssh is null
        ? []
        : [new FilePlan(KeyFile(ssh), ssh.Key.Private), new FilePlan($"{KeyFile(ssh)}.pub", System.Text.Encoding.UTF8.GetBytes($"{ssh.Key.Public}\n"))];

    /// <summary>As systemd-vmspawn calls it, where other programs look for it: the key's type.</summary>
    private static string KeyFile(SshSpec ssh) => ssh.Source.Type;
}
