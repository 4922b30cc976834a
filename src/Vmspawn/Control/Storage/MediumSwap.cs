using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>Changes the medium of a CD drive in four steps: open the tray, remove the medium, insert the other, close the tray.</summary>
internal sealed class MediumSwap(BlockNodes blocks, TimeProvider clock, Action<string> log)
{
    /// <summary>The time limit for a guest to unmount after the eject button was pressed.</summary>
    private static readonly TimeSpan UnmountLimit = TimeSpan.FromSeconds(5);

    /// <summary>The interval between two presses of the button.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    /// <param name="qemu">The monitor.</param>
    /// <param name="change">Undoes it when a step fails.</param>
    /// <param name="disk">The drive.</param>
    /// <param name="file">The new medium.</param>
    /// <param name="number">A number that makes the names of the new nodes unique.</param>
    public async Task SwapAsync(QmpClient qemu, StorageChange change, StorageEntry disk, DiskSource file, int number)
    {
        var old = disk.Nodes!;
        var medium = await blocks.AddAsync(qemu, change, $"{disk.DeviceId}-m{number}", file, readOnly: true, discard: false).ConfigureAwait(false);
        await OpenAsync(qemu, change, disk).ConfigureAwait(false);
        await change.StepAsync(
            "blockdev-remove-medium",
            call => qemu.BlockdevRemoveMediumAsync(disk.DeviceId, call),
            () => qemu.BlockdevInsertMediumAsync(disk.DeviceId, old.Top, StorageChange.NoLimit)).ConfigureAwait(false);
        await change.StepAsync("blockdev-insert-medium", call => qemu.BlockdevInsertMediumAsync(disk.DeviceId, medium.Top, call)).ConfigureAwait(false);
        // The guest has the new medium: later failures can only be reported.
        change.Keep();
        disk.Nodes = medium;
        try
        {
            await change.CompleteAsync("blockdev-close-tray", call => qemu.BlockdevCloseTrayAsync(disk.DeviceId, call)).ConfigureAwait(false);
        }
        finally
        {
            await blocks.DeleteOldAsync(qemu, change, old, disk, log).ConfigureAwait(false);
        }
    }

    private async Task OpenAsync(QmpClient qemu, StorageChange change, StorageEntry disk)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await change.StepAsync(
                    "blockdev-open-tray",
                    call => qemu.BlockdevOpenTrayAsync(disk.DeviceId, force: false, call),
                    () => qemu.BlockdevCloseTrayAsync(disk.DeviceId, StorageChange.NoLimit)).ConfigureAwait(false);
                return;
            }
            catch (QmpCommandException locked) when (locked.Description.Contains("locked", StringComparison.Ordinal))
            {
                if (clock.GetElapsedTime(started) > UnmountLimit)
                {
                    throw new VmControlException(
                        VmControlFailure.GuestRefused, $"the guest has locked the medium of {disk.Description} (unmount it there first)", locked);
                }
            }

            await Task.Delay(AskAgain, clock).ConfigureAwait(false);
        }
    }
}
