using Vmspawn.Control.Ports;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>
/// Requests the guest to release devices, and handles QEMU's events about them. A device is removed when QEMU reports it, whenever
/// that is: in time, late, or when the guest itself or another program removed it.
/// </summary>
internal sealed class Removals(MonitorAccess monitor, PortPool ports, TimeProvider clock, BackgroundTasks background, Action<string> log)
{
    private const string DeletedEvent = "DEVICE_DELETED";
    private const string RefusedEvent = "DEVICE_UNPLUG_GUEST_ERROR";

    /// <summary>Where QEMU lists the devices that have an id (docs/devel/qom).</summary>
    private const string DevicesPath = "/machine/peripheral";

    /// <summary>
    /// A guest in firmware or early boot loses the request. At least 5 s: a second press of a slot's button
    /// within that time cancels the first one (PCI Express Base Specification, attention button).
    /// </summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(6);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Known> _known = [];
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Registers a device before it is plugged in, because its removal may be reported at any time afterwards.</summary>
    /// <param name="device">The device.</param>
    /// <param name="cleanUp">Frees QEMU's resources for it besides the device and its port.</param>
    /// <param name="isThere">Whether QEMU has it already.</param>
    public void Register(IHotplugDevice device, Func<QmpClient, Task> cleanUp, bool isThere = false)
    {
        if (device.DeviceId.Length == 0)
            return;
        lock (_lock)
            _known[device.DeviceId] = new Known(device, cleanUp) { IsThere = isThere };
    }

    /// <summary>QEMU has confirmed that it has the device.</summary>
    public void Confirm(IHotplugDevice device)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(device.DeviceId, out var known))
                known.IsThere = true;
        }
    }

    /// <summary>The device was not created.</summary>
    public void Forget(IHotplugDevice device)
    {
        lock (_lock)
            _known.Remove(device.DeviceId);
    }

    /// <summary>Starts a device's removal, or joins one in progress.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bound">How long to repeat the request; infinite for as long as the VM runs.</param>
    public RemovalAttempt Start(IHotplugDevice device, TimeSpan bound)
    {
        RemovalAttempt attempt;
        lock (_lock)
        {
            if (!_known.ContainsKey(device.DeviceId))
                return device.Removal is { IsGone: true } last ? last : RemovalAttempt.Over();
            if (device is { State: HotplugState.Detaching, Removal: { } joined })
                return joined;
            device.State = HotplugState.Detaching;
            if (device.Port is { } port)
                ports.BeginDetach(port);
            device.Removal = attempt = new RemovalAttempt();
        }

        background.Run(device.Description, _ => AskAsync(device, attempt, bound));
        return attempt;
    }

    /// <summary>Handles QEMU's events until it is cancelled, or until the monitor's end, which fails all attempts at once.</summary>
    public async Task ListenAsync(QmpClient qemu, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var events = qemu.Subscribe(new QmpEventOptions
                {
                    Filter = happened => happened.Name is DeletedEvent or RefusedEvent,
                    Capacity = 4096,
                });
                if (!_listening.TrySetResult())
                    background.Run("devices", _ => ReconcileAsync(qemu));
                await FollowAsync(qemu, events, stop).ConfigureAwait(false);
            }
        }
        catch (QmpDisconnectedException gone)
        {
            FailAll(MonitorAccess.Translate(gone));
        }
    }

    /// <summary>
    /// Queries QEMU's devices, to make up for lost events. Without an answer nothing changes.
    /// </summary>
    public async Task ReconcileAsync(QmpClient qemu)
    {
        // Only devices that QEMU had before the query count as removed when its answer lacks them.
        string[] expected;
        lock (_lock)
            expected = [.. _known.Where(known => known.Value.IsThere).Select(known => known.Key)];
        var present = (await qemu.QomListAsync(DevicesPath).ConfigureAwait(false)).Select(device => device.Name).ToHashSet();
        foreach (var id in expected)
        {
            if (!present.Contains(id))
                await DeletedAsync(qemu, id).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(QmpClient qemu, QmpEventStream events, CancellationToken stop)
    {
        try
        {
            await foreach (var happened in events.WithCancellation(stop))
            {
                if (!happened.Data.TryGetProperty("device"u8, out var id) || id.GetString() is not { } deviceId)
                    continue;
                if (happened.Name == DeletedEvent)
                    background.Run(deviceId, _ => DeletedAsync(qemu, deviceId));
                else
                    Refused(deviceId);
            }
        }
        catch (QmpOverflowException)
        {
            // The caller subscribes again, and queries QEMU for the effects of the lost events.
        }
    }

    private async Task AskAsync(IHotplugDevice device, RemovalAttempt attempt, TimeSpan bound)
    {
        var started = clock.GetTimestamp();
        try
        {
            var qemu = await monitor.GetAsync().ConfigureAwait(false);
            await _listening.Task.WaitAsync(AskAgain, clock).ConfigureAwait(false);
            while (!attempt.IsGone && !attempt.Outcome.IsCompleted)
            {
                await AskOnceAsync(qemu, device, attempt).ConfigureAwait(false);
                var left = bound - clock.GetElapsedTime(started);
                var isLast = bound != Timeout.InfiniteTimeSpan && left <= AskAgain;
                await WaitAsync(attempt, isLast ? left : AskAgain).ConfigureAwait(false);
                if (!isLast)
                    continue;
                Settle(device, attempt, RemovalOutcome.TimedOut);
                return;
            }
        }
        catch (Exception error)
        {
            Fail(device, attempt, MonitorAccess.Translate(error));
        }
    }

    private async Task WaitAsync(RemovalAttempt attempt, TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
            await ((Task)attempt.Outcome).WaitAsync(pause, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AskOnceAsync(QmpClient qemu, IHotplugDevice device, RemovalAttempt attempt)
    {
        try
        {
            await qemu.DeviceDelAsync(device.DeviceId).ConfigureAwait(false);
            attempt.SetRequested();
        }
        catch (QmpCommandException refused) when (refused.Description.Contains("already in the process of unplug", StringComparison.Ordinal))
        {
            // The guest has not handled the last request yet, so another one is not needed.
            attempt.SetRequested();
        }
        catch (QmpCommandException refused) when (refused.ErrorClass == "DeviceNotFound")
        {
            await DeletedAsync(qemu, device.DeviceId).ConfigureAwait(false);
        }
        catch (QmpTimeoutException)
        {
            // Whether QEMU has accepted the request is unknown. It is repeated, and the outcome is reported by an event.
        }
    }

    private void Refused(string deviceId)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(deviceId, out var known) && known.Device.Removal is { } attempt)
                Settle(known.Device, attempt, RemovalOutcome.Refused);
        }
    }

    /// <summary>The device stays, unless it was removed or the attempt has ended.</summary>
    private void Settle(IHotplugDevice device, RemovalAttempt attempt, RemovalOutcome outcome)
    {
        lock (_lock)
        {
            if (attempt.IsGone || attempt.Outcome.IsCompleted)
                return;
            Restore(device);
            attempt.End(outcome);
        }
    }

    private void Fail(IHotplugDevice device, RemovalAttempt attempt, VmControlException failure)
    {
        lock (_lock)
        {
            if (attempt.IsGone || attempt.Outcome.IsCompleted)
                return;
            Restore(device);
            attempt.Fail(failure);
        }
    }

    private void FailAll(VmControlException failure)
    {
        Known[] all;
        lock (_lock)
            all = [.. _known.Values];
        foreach (var known in all)
        {
            if (known.Device is { State: HotplugState.Detaching, Removal: { } attempt })
                Fail(known.Device, attempt, failure);
        }
    }

    private void Restore(IHotplugDevice device)
    {
        device.State = HotplugState.Attached;
        if (device.Port is { } port)
            ports.Refused(port);
    }

    private async Task DeletedAsync(QmpClient qemu, string deviceId)
    {
        Known? gone;
        RemovalAttempt attempt;
        lock (_lock)
        {
            if (!_known.Remove(deviceId, out gone))
                return;
            if (gone.Device.Removal is not { Outcome.IsCompleted: false })
                gone.Device.Removal = new RemovalAttempt();
            attempt = gone.Device.Removal;
            attempt.IsGone = true;
            gone.Device.State = HotplugState.Detaching;
        }

        try
        {
            await gone.CleanUp(qemu).ConfigureAwait(false);
        }
        catch (QmpDisconnectedException)
        {
            // Without a monitor QEMU's resources cannot be freed, and no other disk can be attached.
        }
        catch (OperationCanceledException) when (background.Stop.IsCancellationRequested)
        {
            // The VM has ended during another change of the disk.
        }
        catch (Exception error)
        {
            log($"{gone.Device.Description}: the device is removed, but QEMU keeps its block nodes: {error.Message}");
        }
        finally
        {
            if (gone.Device.Port is { } port)
                ports.Release(port);
            attempt.End(RemovalOutcome.Deleted);
        }
    }

    private sealed class Known(IHotplugDevice device, Func<QmpClient, Task> cleanUp)
    {
        public IHotplugDevice Device => device;

        public Func<QmpClient, Task> CleanUp => cleanUp;

        /// <summary>QEMU has confirmed that it has the device.</summary>
        public bool IsThere { get; set; }
    }
}
