using Vmspawn.Qmp;
using Vmspawn.Spec;

namespace Vmspawn;

/// <summary>A network card of a running machine.</summary>
public sealed class VmNic
{
    private readonly VirtualMachine _machine;
    private readonly string _id;

    internal VmNic(VirtualMachine machine, NicSpec spec) => (_machine, _id, Mac) = (machine, DeviceIds.Nic(spec.Index), spec.Mac);

    /// <summary>Its MAC address; null where QEMU chooses it.</summary>
    public string? Mac { get; }

    /// <summary>Takes the link down, as if the cable was pulled, or up again.</summary>
    /// <param name="up">Whether it is up.</param>
    /// <param name="cancellationToken">Ends the wait for QEMU's answer.</param>
    /// <inheritdoc cref="VirtualMachine.GetMonitorAsync"/>
    public async Task SetLinkAsync(bool up, CancellationToken cancellationToken = default)
    {
        var monitor = await _machine.GetMonitorAsync(cancellationToken).ConfigureAwait(false);
        await SetLinkAsync(monitor, _id, up, cancellationToken).ConfigureAwait(false);
    }

    internal static Task SetLinkAsync(QmpClient monitor, string id, bool up, CancellationToken cancellationToken) => monitor.ExecuteAsync(
        "set_link",
        writer =>
        {
            writer.WriteString("name"u8, id);
            writer.WriteBoolean("up"u8, up);
        },
        cancellationToken: cancellationToken);
}
