using Vmspawn.Control.Ports;
using Vmspawn.Qmp;
using Vmspawn.Spec;

namespace Vmspawn.Control.Storage;

/// <summary>The SCSI controller that disks share: made for the first of them, removed after the last.</summary>
/// <remarks>One that was asked to leave is never used again, since the guest may obey late: the next disk gets another.</remarks>
internal sealed class ScsiControllers(PortPool ports, Removals removals, ScsiController? atBoot) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ScsiController? _current = atBoot;
    private int _made;

    public void Dispose() => _gate.Dispose();

    /// <summary>Finds a place for a disk.</summary>
    /// <param name="qemu">The monitor.</param>
    /// <exception cref="ControlException">A controller is needed, and no port is free.</exception>
    public async Task<ScsiSeat> SitAsync(QmpClient qemu)
    {
        await _gate.WaitAsync();
        try
        {
            _current ??= await MakeAsync(qemu);
            return _current.Sit();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Gives a disk's place back. The last one's lets the controller go, for as long as the guest takes.</summary>
    public async Task LeaveAsync(ScsiSeat seat)
    {
        await _gate.WaitAsync();
        try
        {
            var controller = seat.Controller;
            controller.Leave(seat);
            if (!controller.IsEmpty || controller.PortId is null || controller != _current)
                return;
            _current = null;
            _ = ReclaimAsync(controller, removals.Start(controller, Timeout.InfiniteTimeSpan));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A guest that refuses keeps its controller, so the next disk may as well use it.</summary>
    private async Task ReclaimAsync(ScsiController controller, RemovalAttempt attempt)
    {
        await ((Task)attempt.Outcome).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.Outcome.IsCompletedSuccessfully && attempt.Outcome.Result is RemovalOutcome.Refused)
            Interlocked.CompareExchange(ref _current, controller, null);
    }

    private async Task<ScsiController> MakeAsync(QmpClient qemu)
    {
        var id = $"{DeviceIds.ScsiController}-hot-{++_made}";
        var port = await PortReservation.MakeAsync(ports, removals, ScsiController.Called(id));
        var seat = "";
        try
        {
            await port.PlugAsync(bus => qemu.DeviceAddAsync("virtio-scsi-pci", id, seat = bus, PortReservation.WriteAddress));
        }
        catch
        {
            port.GiveUp();
            throw;
        }

        var controller = new ScsiController { DeviceId = id, PortId = seat };
        removals.Register(controller, _ => Task.CompletedTask);
        return controller;
    }
}
