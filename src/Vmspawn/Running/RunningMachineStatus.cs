using System.Text.Json;
using Vmspawn.Host;

namespace Vmspawn;

/// <summary>The state that a machine of another process reports. What its server does not report is null; systemd-vmspawn's reports little.</summary>
public sealed record RunningMachineStatus
{
    /// <summary>The machine's name.</summary>
    public required string Name { get; init; }

    /// <summary>QEMU's run state, such as <c>running</c> or <c>paused</c>; or, in a list, the reason why it is unknown.</summary>
    public required string State { get; init; }

    /// <summary>Whether its processors run.</summary>
    public bool? IsRunning { get; init; }

    /// <summary>The server's process.</summary>
    public long? ProcessId { get; init; }

    /// <summary>QEMU's process.</summary>
    public long? QemuProcessId { get; init; }

    /// <summary>QEMU's version.</summary>
    public string? QemuVersion { get; init; }

    /// <summary><c>kvm</c> or <c>tcg</c>.</summary>
    public string? Accelerator { get; init; }

    /// <summary>The number of processors.</summary>
    public long? Cpus { get; init; }

    /// <summary>Bytes of memory at its start.</summary>
    public long? Memory { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>The file of its root disk.</summary>
    public string? Image { get; init; }

    /// <summary>Its runtime directory.</summary>
    public string? RuntimeDirectory { get; init; }

    /// <summary>The layout of its PCIe devices.</summary>
    public string? Layout { get; init; }

    /// <summary>Whether the guest has reported that it is ready.</summary>
    public bool? IsReady { get; init; }

    /// <summary>The guest's last status line, which is not trusted.</summary>
    public string? GuestStatus { get; init; }

    /// <summary>The channel that commands in the guest use now; null while none answers.</summary>
    public string? GuestChannel { get; init; }

    /// <summary>The context id of its vsock.</summary>
    public long? VsockCid { get; init; }

    /// <summary>Where its sshd is reached; null when no way is known.</summary>
    public SshAccess? Ssh { get; init; }

    /// <summary>The server's product and version.</summary>
    public string? Server { get; init; }

    internal static async Task<RunningMachineStatus> AskAsync(MachineConnection machine, CancellationToken cancellationToken)
    {
        if (!machine.IsOurs)
            return await DescribeAsync(machine, cancellationToken).ConfigureAwait(false);
        using var reply = await machine.CallAsync($"{Control.Service.ControlInterfaces.Ours}.Status", cancellationToken: cancellationToken).ConfigureAwait(false);
        var status = reply.Parameters;
        return new RunningMachineStatus
        {
            Name = machine.Name,
            State = status.Text("state") ?? "unknown",
            IsRunning = status.Flag("running"),
            ProcessId = status.Number("pid"),
            QemuProcessId = status.Number("qemuPid"),
            QemuVersion = status.Text("qemuVersion"),
            Accelerator = status.Text("accelerator"),
            Cpus = status.Number("cpus"),
            Memory = status.Number("memory"),
            Started = status.Number("startedUsec") is { } started ? DateTimeOffset.UnixEpoch.AddMicroseconds(started) : null,
            Image = status.Text("image"),
            RuntimeDirectory = status.Text("runtimeDirectory"),
            Layout = status.Text("layout"),
            IsReady = status.Flag("ready"),
            GuestStatus = status.Text("guestStatus"),
            GuestChannel = status.Text("guestChannel"),
            VsockCid = status.Number("vsockCid"),
            Ssh = SshOf(machine.Name, status),
            Server = machine.Server,
        };
    }

    private static async Task<RunningMachineStatus> DescribeAsync(MachineConnection machine, CancellationToken cancellationToken)
    {
        using var reply = await machine.CallAsync($"{Control.Service.ControlInterfaces.Instance}.Describe", cancellationToken: cancellationToken).ConfigureAwait(false);
        return new RunningMachineStatus
        {
            Name = machine.Name,
            State = reply.Parameters.Text("status") ?? "unknown",
            IsRunning = reply.Parameters.Flag("running"),
            ProcessId = machine.Process,
            RuntimeDirectory = machine.Entry.Directory,
            Server = machine.Server,
        };
    }

    private static SshAccess? SshOf(string name, JsonElement status) =>
        status.Text("sshAddress") is { } address && status.Number("sshPort") is { } port && status.Text("sshPrivateKeyPath") is { } key
            ? new SshAccess(name, address, (int)port, key)
            : null;
}
