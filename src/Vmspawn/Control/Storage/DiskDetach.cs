namespace Vmspawn.Control.Storage;

/// <summary>Detaches a disk, which the guest has to release.</summary>
internal sealed class DiskDetach(StorageTable table, Removals removals, TimeProvider clock)
{
    /// <summary>The longest time limit; longer than a booting guest on a slow host needs.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for an earlier request about the same disk, or for QEMU to take the request.</summary>
    private static readonly TimeSpan GateLimit = TimeSpan.FromSeconds(15);

    /// <param name="name">The disk's name.</param>
    /// <param name="wait">Whether to wait for the guest.</param>
    /// <param name="timeout">How long the guest is requested to release it, and waited for.</param>
    /// <returns>True when the disk was removed, false when the removal was only requested.</returns>
    /// <exception cref="VmControlException">It is still attached; its removal may be requested again.</exception>
    public async Task<bool> DetachAsync(string name, bool wait, TimeSpan timeout)
    {
        var started = clock.GetTimestamp();
        TimeSpan Left() => TimeSpan.FromTicks(Math.Max(0, (timeout - clock.GetElapsedTime(started)).Ticks));

        var disk = table.Find(name);
        if (disk.Immutable is { } why)
            throw new VmControlException(VmControlFailure.StorageImmutable, $"{disk.Description} {why}");
        var attempt = await StartAsync(disk, timeout).ConfigureAwait(false);
        if (!wait)
        {
            await RequestedAsync(disk, attempt).ConfigureAwait(false);
            return attempt.Outcome.IsCompletedSuccessfully && await attempt.Outcome.ConfigureAwait(false) is RemovalOutcome.Deleted;
        }

        Judge(disk, await OutcomeAsync(attempt, Left()).ConfigureAwait(false), timeout);
        // The controller's port must be free too when the last disk's detach returns.
        if (disk.Placement?.Controller.Removal is { } controller)
            await ((Task)controller.Outcome).WaitAsync(Left(), clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    private async Task<RemovalAttempt> StartAsync(StorageEntry disk, TimeSpan timeout)
    {
        // It is held while the disk is being attached, or its file replaced.
        if (!await disk.Gate.WaitAsync(timeout < GateLimit ? timeout : GateLimit).ConfigureAwait(false))
            throw new VmControlException(VmControlFailure.TimedOut, $"an earlier request about {disk.Description} is not done yet (QEMU may be slow to answer it)");
        try
        {
            // Its attach may have failed, or it may have been removed, meanwhile.
            if (table.Find(disk.Name) != disk)
                throw new VmControlException(VmControlFailure.NoSuchStorage, $"{disk.Description} has just been detached");
            return removals.Start(disk, timeout);
        }
        finally
        {
            disk.Gate.Release();
        }
    }

    private async Task RequestedAsync(StorageEntry disk, RemovalAttempt attempt)
    {
        try
        {
            await attempt.Requested.WaitAsync(GateLimit, clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new VmControlException(
                VmControlFailure.TimedOut, $"QEMU has not answered the request to detach {disk.Description} within {GateLimit.TotalSeconds:0} s; it is still asked");
        }
    }

    private async Task<RemovalOutcome> OutcomeAsync(RemovalAttempt attempt, TimeSpan left)
    {
        try
        {
            // The attempt ends at about the same time, with a more specific reason.
            return await attempt.Outcome.WaitAsync(left + TimeSpan.FromSeconds(1), clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return RemovalOutcome.TimedOut;
        }
    }

    private static void Judge(StorageEntry disk, RemovalOutcome outcome, TimeSpan timeout)
    {
        switch (outcome)
        {
            case RemovalOutcome.Refused:
                throw new VmControlException(
                    VmControlFailure.GuestRefused, $"the guest refused to release {disk.Description}, which stays attached");
            case RemovalOutcome.TimedOut:
                throw new VmControlException(
                    VmControlFailure.TimedOut,
                    $"the guest has not released {disk.Description} within {timeout.TotalSeconds:0.#} s; it stays attached, and detaching it may be tried again");
        }
    }
}
