namespace Vmspawn.Registration;

/// <summary>The data of a machine for systemd-machined.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Supervisor">vmspawn's process: the leader before systemd 262; it handles machinectl's signals as requests to power off.</param>
/// <param name="Guest">QEMU's process: the leader from systemd 262 on, where machined takes the registering process as supervisor.</param>
/// <param name="ControlAddress">Path of its control socket.</param>
/// <param name="AllocateUnit">Whether machined creates a scope unit for it.</param>
internal sealed record MachineRecord(string Name, int Supervisor, int Guest, string ControlAddress, bool AllocateUnit)
{
    /// <summary>Its machine id, or null.</summary>
    public Guid? Id { get; init; }

    /// <summary>Its vsock address, or null.</summary>
    public uint? VsockCid { get; init; }

    /// <summary>The address of its SSH server, such as <c>vsock/4711</c>, or null.</summary>
    public string? SshAddress { get; init; }

    /// <summary>The private key for it, or null.</summary>
    public string? SshPrivateKeyPath { get; init; }
}
