using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>How ssh(1) connects to the guest.</summary>
/// <param name="Way">The transport.</param>
/// <param name="Port">sshd's port in the guest; for loopback the host's forwarded port.</param>
/// <param name="KeyFile">Name of the private key in the runtime directory.</param>
public sealed record SshPlan(SshWay Way, int Port, string KeyFile);

/// <summary>The transport of ssh(1) to a guest.</summary>
public enum SshWay
{
    /// <summary>The vsock.</summary>
    Vsock,

    /// <summary>A port of the host's loopback address.</summary>
    Loopback,
}

/// <summary>The files of the SSH key, and how to connect with it.</summary>
internal static class SshFiles
{
    /// <summary>sshd's port in the guest.</summary>
    public const int Port = 22;

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
