using Vmspawn.Control.Ports;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>
/// Asks the guest to let go of devices, and listens for what comes of it. QEMU's word that a device is gone counts
/// whenever it comes: in time, late, or when somebody else asked for it.
/// </summary>
internal sealed class Removals(MonitorAccess monitor, PortPool ports, TimeProvider clock, Action<string> log)
{
    private const string DeletedEvent = "DEVICE_DELETED";
    private const string RefusedEvent = "DEVICE_UNPLUG_GUEST_ERROR";

    /// <summary>
    /// A guest in firmware or early boot loses the request. Not sooner than 5 s: a second press of a slot's button
    /// within them takes the first one back (PCI Express Base Specification, attention button).
    /// </summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(6);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (IPlugged Device, Func<QmpClient, Task> CleanUp)> _plugged = [];
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a device known.</summary>
    /// <param name="device">What is plugged in.</param>
    /// <param name="cleanUp">Gives back what QEMU holds for it besides the device and its port.</param>
    public void Register(IPlugged device, Func<QmpClient, Task> cleanUp)
    {
        lock (_lock)
            _plugged[device.DeviceId] = (device, cleanUp);
    }

    /// <summary>The device did not come about after all.</summary>
    public void Forget(IPlugged device)
    {
        lock (_lock)
            _plugged.Remove(device.DeviceId);
    }

    /// <summary>Starts to ask, or joins those who ask already.</summary>
    /// <param name="device">A registered device.</param>
    /// <param name="bound">For how long to ask; infinite for as long as the VM runs.</param>
    public RemovalAttempt Start(IPlugged device, TimeSpan bound)
    {
        lock (_lock)
        {
            if (device.State is PlugState.Detaching)
                return device.Removal!;
            device.State = PlugState.Detaching;
            if (device.PortId is { } port)
                ports.BeginDetach(port);
            device.Removal = new RemovalAttempt();
        }

        _ = AskAsync(device, device.Removal, bound);
        return device.Removal;
    }

    /// <summary>Follows QEMU's events to its end.</summary>
    public async Task ListenAsync(QmpClient qemu)
    {
        using var events = qemu.Subscribe(new QmpEventOptions
        {
            Filter = happened => happened.Name is DeletedEvent or RefusedEvent,
            // Each is one device, of which there are not that many.
            Capacity = 4096,
        });
        _listening.SetResult();
        try
        {
            await foreach (var happened in events)
            {
                if (!happened.Data.TryGetProperty("device"u8, out var id) || id.GetString() is not { } deviceId)
                    continue;
                if (happened.Name == DeletedEvent)
                    _ = DeletedAsync(qemu, deviceId);
                else
                    Refused(deviceId);
            }
        }
        catch (QmpDisconnectedException)
        {
            // With QEMU gone nobody's device is left.
        }
        catch (QmpException error)
        {
            log($"removals of devices are not followed any more: {error.Message}");
        }
    }

    private async Task AskAsync(IPlugged device, RemovalAttempt attempt, TimeSpan bound)
    {
        var started = clock.GetTimestamp();
        try
        {
            var qemu = await monitor.GetAsync();
            await _listening.Task;
            while (!attempt.Outcome.IsCompleted)
            {
                await AskOnceAsync(qemu, device.DeviceId);
                attempt.SetAsked();
                var left = bound - clock.GetElapsedTime(started);
                var isLast = bound != Timeout.InfiniteTimeSpan && left <= AskAgain;
                await WaitAsync(attempt, isLast ? left : AskAgain);
                if (isLast && Settle(device, attempt, RemovalOutcome.TimedOut))
                    return;
                if (attempt.IsGone)
                    return;
            }
        }
        catch (QmpException error)
        {
            Fail(device, attempt, MonitorAccess.Translate(error));
        }
        catch (ControlException error)
        {
            Fail(device, attempt, error);
        }
    }

    private async Task WaitAsync(RemovalAttempt attempt, TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
            await ((Task)attempt.Outcome).WaitAsync(pause, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task AskOnceAsync(QmpClient qemu, string deviceId)
    {
        try
        {
            await qemu.DeviceDelAsync(deviceId);
        }
        catch (QmpCommandException refused) when (refused.Description.Contains("already in the process of unplug", StringComparison.Ordinal))
        {
            // The guest has not taken the last request yet, which is as good as asking again.
        }
    }

    private void Refused(string deviceId)
    {
        lock (_lock)
        {
            if (_plugged.TryGetValue(deviceId, out var plugged) && plugged.Device.Removal is { } attempt)
                Settle(plugged.Device, attempt, RemovalOutcome.Refused);
        }
    }

    /// <summary>The device stays; false when it is gone after all, or the attempt is over.</summary>
    private bool Settle(IPlugged device, RemovalAttempt attempt, RemovalOutcome outcome)
    {
        lock (_lock)
        {
            if (attempt.IsGone || attempt.Outcome.IsCompleted)
                return false;
            Restore(device);
            attempt.End(outcome);
            return true;
        }
    }

    private void Fail(IPlugged device, RemovalAttempt attempt, ControlException failure)
    {
        lock (_lock)
        {
            if (attempt.IsGone || attempt.Outcome.IsCompleted)
                return;
            Restore(device);
            attempt.Fail(failure);
        }
    }

    private void Restore(IPlugged device)
    {
        device.State = PlugState.Attached;
        if (device.PortId is { } port)
            ports.Refused(port);
    }

    private async Task DeletedAsync(QmpClient qemu, string deviceId)
    {
        (IPlugged Device, Func<QmpClient, Task> CleanUp) gone;
        lock (_lock)
        {
            if (!_plugged.Remove(deviceId, out gone))
                return;
            if (gone.Device.Removal is { } attempt)
                attempt.IsGone = true;
        }

        try
        {
            await gone.CleanUp(qemu);
        }
        catch (QmpException error)
        {
            log($"{gone.Device.What} is gone, but QEMU keeps what stood behind it: {error.Message}");
        }

        if (gone.Device.PortId is { } port)
            ports.Deleted(port);
        gone.Device.Removal?.End(RemovalOutcome.Deleted);
    }
}
