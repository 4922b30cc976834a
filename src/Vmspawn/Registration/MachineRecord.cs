namespace Vmspawn.Registration;

/// <summary>What systemd-machined is told of a machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Supervisor">Our own process: the leader for a machined that knows no supervisors, since we take machinectl's signals as wishes to power off.</param>
/// <param name="Guest">QEMU's process: the leader for a machined that takes whoever registers for the supervisor.</param>
/// <param name="ControlAddress">Path of its control socket.</param>
/// <param name="AllocateUnit">Whether machined makes a scope unit for it.</param>
internal sealed record MachineRecord(string Name, int Supervisor, int Guest, string ControlAddress, bool AllocateUnit)
{
    /// <summary>Its machine id, or null.</summary>
    public Guid? Id { get; init; }

    /// <summary>Its vsock address, or null.</summary>
    public uint? VsockCid { get; init; }

    /// <summary>Where its SSH server is, such as <c>vsock/4711</c>, or null.</summary>
    public string? SshAddress { get; init; }

    /// <summary>The private key for it, or null.</summary>
    public string? SshPrivateKeyPath { get; init; }
}
