using System.Text.Json;
using Vmspawn.Control.Service;
using Vmspawn.Host;

namespace Vmspawn;

/// <summary>Faults of a machine of another process, for tests.</summary>
public sealed class RunningFaults
{
    /// <summary>The machine's own limit is shorter.</summary>
    private static readonly TimeSpan ChangeTime = TimeSpan.FromSeconds(30);

    private readonly MachineConnection _machine;

    internal RunningFaults(MachineConnection machine) => _machine = machine;

    /// <summary>Makes a disk fail, or ends that; each call replaces the fault of the one before. Not for CD drives.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fault">Which requests of the guest fail; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task SetDiskAsync(string name, DiskFault? fault, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(
            "SetDiskFault",
            writer =>
            {
                writer.WriteString("name"u8, name);
                if (fault is null)
                    return;
                writer.WriteStartObject("fault"u8);
                writer.WriteBoolean("reads"u8, fault.Reads);
                writer.WriteBoolean("writes"u8, fault.Writes);
                writer.WriteBoolean("flushes"u8, fault.Flushes);
                writer.WriteBoolean("once"u8, fault.Once);
                writer.WriteBoolean("full"u8, fault.IsFull);
                writer.WriteEndObject();
            },
            cancellationToken);
    }

    /// <summary>Takes the link of a network card down, as if the cable was pulled, or up again.</summary>
    /// <param name="card">The card, from 0, in the order of the options.</param>
    /// <param name="up">Whether it is up.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task SetLinkAsync(int card, bool up, CancellationToken cancellationToken = default) => RunAsync(
        "SetLink",
        writer =>
        {
            writer.WriteNumber("card"u8, card);
            writer.WriteBoolean("up"u8, up);
        },
        cancellationToken);

    /// <summary>Kills QEMU as a power failure would end the machine.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task CutPowerAsync(CancellationToken cancellationToken = default) => RunAsync("CutPower", null, cancellationToken);

    /// <summary>The programs that serve its devices.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public async Task<IReadOnlyList<VmHelper>> ListHelpersAsync(CancellationToken cancellationToken = default)
    {
        _machine.Require(FaultService.Name, "makes no faults");
        using var reply = await _machine.CallAsync($"{FaultService.Name}.ListHelpers", cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. reply.Parameters.Items("helpers").Select(helper => new VmHelper(helper.Text("name") ?? "", helper.Text("purpose") ?? "", (int)(helper.Number("pid") ?? 0)))];
    }

    /// <summary>Kills, stops or continues a program that serves a device; the machine ends with a program that is killed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fault">What happens to it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task SetHelperAsync(string name, HelperFault fault, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(
            "SetHelperFault",
            writer =>
            {
                writer.WriteString("name"u8, name);
                writer.WriteString("fault"u8, fault switch { HelperFault.Stop => "stop", HelperFault.Continue => "continue", _ => "kill" });
            },
            cancellationToken);
    }

    private async Task RunAsync(string method, Action<Utf8JsonWriter>? parameters, CancellationToken cancellationToken)
    {
        _machine.Require(FaultService.Name, "makes no faults");
        using var reply = await _machine.CallAsync($"{FaultService.Name}.{method}", parameters, limit: ChangeTime, cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
