using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>Frees QEMU's resources and the table entries of a disk whose device was removed.</summary>
internal sealed class DiskCleanup(BlockNodes blocks, ScsiControllers controllers, StorageTable table, BackgroundTasks background)
{
    public async Task RunAsync(QmpClient qemu, StorageEntry disk)
    {
        // An attach or replacement in progress finishes first.
        await disk.Gate.WaitAsync(background.Stop).ConfigureAwait(false);
        try
        {
            // It is above the disk's nodes.
            if (disk.FaultNode is { } fault)
                await qemu.BlockdevDelAsync(fault, StorageChange.NoLimit).ConfigureAwait(false);
            await blocks.DeleteAsync(qemu, disk.Nodes!).ConfigureAwait(false);
        }
        finally
        {
            try
            {
                if (disk.Placement is { } placement)
                    await controllers.ReleaseAsync(placement).ConfigureAwait(false);
            }
            finally
            {
                table.Remove(disk);
                disk.Gate.Release();
            }
        }
    }
}
