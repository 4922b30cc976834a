using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>Takes a disk away from the guest, which has to agree.</summary>
internal sealed class DiskDetach(StorageTable table, Removals removals, TimeProvider clock)
{
    /// <summary>What a booting guest on a slow host needs, with room to spare.</summary>
    public static TimeSpan UsualPatience { get; } = TimeSpan.FromSeconds(30);

    /// <param name="name">Which disk.</param>
    /// <param name="wait">Whether to wait for the guest.</param>
    /// <param name="patience">For how long the guest is asked, and waited for.</param>
    /// <returns>True when the disk is gone, false when only asked for.</returns>
    /// <exception cref="ControlException">It stays, at least for now; it may be asked for again.</exception>
    public async Task<bool> DetachAsync(string name, bool wait, TimeSpan patience)
    {
        var started = clock.GetTimestamp();
        var disk = table.Find(name);
        if (disk.Immutable is { } why)
            throw new ControlException(ControlFailure.StorageImmutable, $"{disk.What} {why}");
        var attempt = await StartAsync(disk, patience);
        await attempt.Asked;
        if (!wait)
            return attempt.Outcome.IsCompletedSuccessfully && attempt.Outcome.Result is RemovalOutcome.Deleted;

        TimeSpan Left() => TimeSpan.FromTicks(Math.Max(0, (patience - clock.GetElapsedTime(started)).Ticks));
        Judge(disk, await OutcomeAsync(attempt, Left()), patience);
        if (disk.Seat?.Controller.Removal is { } controller)
            await ((Task)controller.Outcome).WaitAsync(Left(), clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    /// <summary>Gives back what QEMU holds for a disk whose device is gone.</summary>
    public static async Task GiveBackAsync(
        QmpClient qemu, StorageEntry disk, BlockNodes blocks, ScsiControllers controllers, StorageTable table)
    {
        // What replaces its file is to finish first.
        await disk.Gate.WaitAsync();
        try
        {
            await blocks.DeleteAsync(qemu, disk.Nodes!);
        }
        finally
        {
            if (disk.Seat is { } seat)
                await controllers.LeaveAsync(seat);
            table.Remove(disk);
            disk.Gate.Release();
        }
    }

    private async Task<RemovalAttempt> StartAsync(StorageEntry disk, TimeSpan patience)
    {
        await disk.Gate.WaitAsync();
        try
        {
            // It may have failed to come, or be gone, while we waited.
            if (table.Find(disk.Name) != disk)
                throw new ControlException(ControlFailure.NoSuchStorage, $"{disk.What} has just been detached");
            return removals.Start(disk, patience);
        }
        finally
        {
            disk.Gate.Release();
        }
    }

    private async Task<RemovalOutcome> OutcomeAsync(RemovalAttempt attempt, TimeSpan left)
    {
        try
        {
            // The attempt's own bound ends at about the same time; what it says is the better word.
            return await attempt.Outcome.WaitAsync(left + TimeSpan.FromSeconds(1), clock);
        }
        catch (TimeoutException)
        {
            return RemovalOutcome.TimedOut;
        }
    }

    private static void Judge(StorageEntry disk, RemovalOutcome outcome, TimeSpan patience)
    {
        switch (outcome)
        {
            case RemovalOutcome.Refused:
                throw new ControlException(
                    ControlFailure.GuestRefused, $"the guest refused to let go of {disk.What}; it stays attached");
            case RemovalOutcome.TimedOut:
                throw new ControlException(
                    ControlFailure.TimedOut,
                    $"the guest has not let go of {disk.What} within {patience.TotalSeconds:0.#} s; it stays attached, and may be asked for again");
        }
    }
}
