using System.Runtime.InteropServices;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>Changes the medium of a CD drive as a person would: open, take out, put in, close.</summary>
internal sealed class MediumSwap(BlockNodes blocks, TimeProvider clock)
{
    /// <summary>What a guest gets to unmount when it is asked by the eject button.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Between two presses of the button.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    /// <param name="qemu">The monitor.</param>
    /// <param name="disk">The drive.</param>
    /// <param name="file">The client's descriptor; stays the caller's.</param>
    /// <param name="facts">What it is.</param>
    /// <param name="number">Makes the names of the new nodes unique.</param>
    public async Task SwapAsync(QmpClient qemu, StorageEntry disk, SafeHandle file, DiskFileFacts facts, int number)
    {
        var undo = new UndoSteps();
        var old = disk.Nodes!;
        var (top, below) = ($"{disk.DeviceId}-m{number}", $"{disk.DeviceId}-f{number}");
        try
        {
            var set = await blocks.AddFileAsync(qemu, below, file, facts, discard: false);
            undo.Add(() => blocks.DeleteFileAsync(qemu, below, [set]));
            await BlockNodes.AddTopAsync(qemu, top, below, readOnly: true, discard: false);
            undo.Add(() => qemu.BlockdevDelAsync(top));
            await OpenAsync(qemu, disk);
            undo.Add(() => qemu.BlockdevCloseTrayAsync(disk.DeviceId));
            await qemu.BlockdevRemoveMediumAsync(disk.DeviceId);
            undo.Add(() => qemu.BlockdevInsertMediumAsync(disk.DeviceId, old.Top));
            await qemu.BlockdevInsertMediumAsync(disk.DeviceId, top);
            disk.Nodes = new DiskNodes(top, below, [set]);
        }
        catch (Exception error) when (error is QmpException or ControlException)
        {
            throw await undo.UnwindAsync(error);
        }

        await qemu.BlockdevCloseTrayAsync(disk.DeviceId);
        await blocks.DeleteAsync(qemu, old);
    }

    private async Task OpenAsync(QmpClient qemu, StorageEntry disk)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await qemu.BlockdevOpenTrayAsync(disk.DeviceId);
                return;
            }
            catch (QmpCommandException locked) when (locked.Description.Contains("locked", StringComparison.Ordinal))
            {
                if (clock.GetElapsedTime(started) > Patience)
                {
                    throw new ControlException(
                        ControlFailure.GuestRefused, $"the guest holds the medium of {disk.What}: unmount it there first", locked);
                }
            }

            await Task.Delay(AskAgain, clock);
        }
    }
}
