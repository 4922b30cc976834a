using Vmspawn.Control.Ports;
using Vmspawn.Linux;
using Vmspawn.Pcie;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Qmp;
using Vmspawn.Spec;

namespace Vmspawn.Control.Storage;

/// <summary>The SCSI controller that disks share: created for the first of them, removed after the last.</summary>
/// <remarks>One that the guest was requested to release is not used again, because the guest may release it late: the next disk gets another.</remarks>
internal sealed class ScsiControllers
{
    private readonly PortPool _ports;
    private readonly Removals _removals;
    private readonly BackgroundTasks _background;
    private ScsiController? _current;
    private int _made;

    public ScsiControllers(PortPool ports, Removals removals, BackgroundTasks background, ScsiController? atBoot)
    {
        _ports = ports;
        _removals = removals;
        _background = background;
        _current = atBoot;
        if (atBoot is not null)
            removals.Register(atBoot, qemu => GoneAsync(qemu, atBoot), isThere: true);
    }

    /// <summary>
    /// Held while an address is reserved or released. A holder waits for QEMU's answers, which end with the monitor, and 8 s at most for
    /// a port. A wait for it ends with the control server. It is not disposed, because a holder may end after that.
    /// </summary>
    private SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Reserves an address for a disk.</summary>
    /// <param name="qemu">The monitor.</param>
    /// <param name="change">Releases the address when a later step fails.</param>
    /// <exception cref="VmControlException">A controller is needed, and no port is free.</exception>
    public async Task<ScsiPlacement> PlaceAsync(QmpClient qemu, StorageChange change)
    {
        await change.CompleteAsync("the commands of another request, about the SCSI controller,", _ => Gate.WaitAsync(_background.Stop)).ConfigureAwait(false);
        try
        {
            _current ??= await MakeAsync(qemu, change).ConfigureAwait(false);
            var placement = _current.Allocate();
            change.OnFailure(() => ReleaseAsync(placement));
            return placement;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Releases a disk's address. After the last one the controller is removed, as soon as the guest releases it.</summary>
    public async Task ReleaseAsync(ScsiPlacement placement)
    {
        await Gate.WaitAsync(_background.Stop).ConfigureAwait(false);
        try
        {
            var controller = placement.Controller;
            controller.Release(placement);
            if (!controller.IsEmpty || controller.Port is null || controller != _current)
                return;
            _current = null;
            var attempt = _removals.Start(controller, Timeout.InfiniteTimeSpan);
            _background.Run(controller.Description, _ => UseAgainIfRefusedAsync(controller, attempt));
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A guest that refuses keeps its controller, so the next disk can use it.</summary>
    private async Task UseAgainIfRefusedAsync(ScsiController controller, RemovalAttempt attempt)
    {
        if (await attempt.Outcome.ConfigureAwait(false) is RemovalOutcome.Refused)
            Interlocked.CompareExchange(ref _current, controller, null);
    }

    private async Task<ScsiController> MakeAsync(QmpClient qemu, StorageChange change)
    {
        var controller = new ScsiController($"{DeviceIds.ScsiController}-hot-{++_made}");
        var port = await PortReservation.MakeAsync(_ports, _removals, controller.Description).ConfigureAwait(false);
        _removals.Register(controller, gone => GoneAsync(gone, controller));
        try
        {
            await port.PlugAsync(lease =>
            {
                controller.Port = lease;
                var device = DiskDevice.ScsiController(controller.DeviceId, PciPlace.BehindPort(lease.PortId));
                return change.AddDeviceAsync(qemu, device);
            }).ConfigureAwait(false);
        }
        catch
        {
            _removals.Forget(controller);
            port.GiveUp();
            throw;
        }

        _removals.Confirm(controller);
        return controller;
    }

    /// <summary>The guest may remove a controller with its disks by itself. QEMU sends no events for these disks, so it is queried.</summary>
    private async Task GoneAsync(QmpClient qemu, ScsiController controller)
    {
        Interlocked.CompareExchange(ref _current, null, controller);
        if (!controller.IsEmpty)
            await _removals.ReconcileAsync(qemu).ConfigureAwait(false);
    }
}
