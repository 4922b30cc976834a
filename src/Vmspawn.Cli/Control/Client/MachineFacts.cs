using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Ssh;

namespace Vmspawn.Cli.Control.Client;

/// <summary>The state that a machine reports. Fields that its server does not report are null, as with systemd-vmspawn's.</summary>
internal sealed record MachineFacts
{
    public required string Name { get; init; }

    /// <summary>QEMU's run state, such as <c>running</c> or <c>paused</c>; or the reason why it is unknown.</summary>
    public required string State { get; init; }

    public bool? Running { get; init; }

    /// <summary>The server's process.</summary>
    public long? Process { get; init; }

    public long? QemuProcess { get; init; }

    public string? QemuVersion { get; init; }

    public string? Accelerator { get; init; }

    public long? Cpus { get; init; }

    /// <summary>Bytes.</summary>
    public long? Memory { get; init; }

    public DateTimeOffset? Started { get; init; }

    public string? Image { get; init; }

    public string? Directory { get; init; }

    public string? Layout { get; init; }

    /// <summary>Whether the guest has reported that it is ready.</summary>
    public bool? Ready { get; init; }

    /// <summary>The guest's last status line.</summary>
    public string? GuestStatus { get; init; }

    public long? VsockCid { get; init; }

    /// <summary>How to connect by SSH, or null when unknown.</summary>
    public SshAccess? Ssh { get; init; }

    /// <summary>The server's product and version.</summary>
    public string? Server { get; init; }

    /// <summary>Queries a machine.</summary>
    public static async Task<MachineFacts> AskAsync(MachineHandle machine, CancellationToken cancellation = default)
    {
        if (!machine.IsOurs)
            return await DescribeAsync(machine, cancellation);
        using var reply = await machine.CallAsync($"{MachineHandle.Ours}.Status", cancellation: cancellation);
        var status = reply.Parameters;
        return new MachineFacts
        {
            Name = machine.Name,
            State = status.Text("state") ?? "unknown",
            Running = status.Flag("running"),
            Process = status.Number("pid"),
            QemuProcess = status.Number("qemuPid"),
            QemuVersion = status.Text("qemuVersion"),
            Accelerator = status.Text("accelerator"),
            Cpus = status.Number("cpus"),
            Memory = status.Number("memory"),
            Started = status.Number("startedUsec") is { } started ? DateTimeOffset.UnixEpoch.AddMicroseconds(started) : null,
            Image = status.Text("image"),
            Directory = status.Text("runtimeDirectory"),
            Layout = status.Text("layout"),
            Ready = status.Flag("ready"),
            GuestStatus = status.Text("guestStatus"),
            VsockCid = status.Number("vsockCid"),
            Ssh = SshOf(machine.Name, status),
            Server = machine.Server,
        };
    }

    /// <summary>A machine that could not be queried.</summary>
    public static MachineFacts Unknown(MachineEntry entry, string state) => new() { Name = entry.Name, State = state, Directory = entry.Directory };

    private static SshAccess? SshOf(string name, JsonElement status) =>
        status.Text("sshAddress") is { } address && status.Number("sshPort") is { } port && status.Text("sshPrivateKeyPath") is { } key
            ? new SshAccess(name, address, (int)port, key)
            : null;

    private static async Task<MachineFacts> DescribeAsync(MachineHandle machine, CancellationToken cancellation)
    {
        using var reply = await machine.CallAsync($"{MachineHandle.Instance}.Describe", cancellation: cancellation);
        return new MachineFacts
        {
            Name = machine.Name,
            State = reply.Parameters.Text("status") ?? "unknown",
            Running = reply.Parameters.Flag("running"),
            Process = machine.Process,
            Directory = machine.Entry.Directory,
            Server = machine.Server,
        };
    }
}
