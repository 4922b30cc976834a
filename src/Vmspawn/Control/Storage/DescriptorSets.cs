using System.Runtime.InteropServices;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>The descriptor sets of hot-plugged disks in QEMU. No number is used twice in a VM's life.</summary>
/// <remarks>
/// QEMU itself would choose the lowest number that is free, so a late <c>remove-fd</c> of one disk could remove the set
/// that another disk has just been given under the same number, and a block node could open another disk's file.
/// </remarks>
internal sealed class DescriptorSets
{
    /// <summary>
    /// Above the sets of the plan, which have the numbers of descriptors, and above those that QEMU chooses for other
    /// programs on the monitor: it holds fewer descriptors than this.
    /// </summary>
    public const int FirstNumber = 1 << 24;

    private readonly Lock _lock = new();
    private readonly List<(long Set, long Descriptor)> _unremoved = [];
    private int _used;

    /// <summary>Passes a descriptor to QEMU in a new set, and checks that the set contains nothing else.</summary>
    /// <param name="qemu">The monitor.</param>
    /// <param name="file">The caller closes it.</param>
    /// <param name="node">The block node that will open it.</param>
    /// <param name="call">The time limit.</param>
    /// <returns>The set's number.</returns>
    /// <exception cref="VmControlException">The set contains other descriptors too.</exception>
    public async Task<long> AddAsync(QmpClient qemu, SafeHandle file, string node, QmpCallOptions? call = null)
    {
        await RetryRemovalsAsync(qemu, call).ConfigureAwait(false);
        var number = (long)FirstNumber + Interlocked.Increment(ref _used);
        try
        {
            var added = await qemu.AddFdAsync(file, number, node, call).ConfigureAwait(false);
            if (await DescriptorsAsync(qemu, number, call).ConfigureAwait(false) is [var only] && only.Number == added.Number && only.Opaque == node)
                return number;
            throw new VmControlException(
                VmControlFailure.QemuFailed,
                $"QEMU's descriptor set {number}, made for block node {node}, holds descriptors of another program too");
        }
        catch (Exception error) when (error is not QmpDisconnectedException)
        {
            // Only vmspawn uses this number, so all descriptors of the set are removed.
            await TryRemoveAsync(() => qemu.RemoveFdAsync(number, number: null, call)).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Removes a set. One that QEMU keeps is removed before the next set is added.</summary>
    public async Task RemoveAsync(QmpClient qemu, long set, QmpCallOptions? call = null)
    {
        await TryRemoveAsync(() => qemu.RemoveFdAsync(set, number: null, call)).ConfigureAwait(false);
        // QEMU before 9.1 does not close the set while the VM is paused, so the command is repeated later.
        foreach (var left in await DescriptorsAsync(qemu, set, call).ConfigureAwait(false))
        {
            lock (_lock)
                _unremoved.Add((set, left.Number));
        }
    }

    /// <summary>By descriptor: the low number of a set from boot may have been reused by another program, the descriptor's cannot.</summary>
    private async Task RetryRemovalsAsync(QmpClient qemu, QmpCallOptions? call)
    {
        (long Set, long Descriptor)[] unremoved;
        lock (_lock)
        {
            unremoved = [.. _unremoved];
            _unremoved.Clear();
        }

        foreach (var (set, descriptor) in unremoved)
        {
            await TryRemoveAsync(() => qemu.RemoveFdAsync(set, descriptor, call)).ConfigureAwait(false);
            if ((await DescriptorsAsync(qemu, set, call).ConfigureAwait(false)).Any(left => left.Number == descriptor))
            {
                lock (_lock)
                    _unremoved.Add((set, descriptor));
            }
        }
    }

    private static async Task TryRemoveAsync(Func<Task> remove)
    {
        try
        {
            await remove().ConfigureAwait(false);
        }
        catch (QmpCommandException)
        {
            // Its only error is that there is no such set or descriptor, which is the required state.
        }
    }

    private static async Task<IReadOnlyList<QmpFdsetDescriptor>> DescriptorsAsync(QmpClient qemu, long set, QmpCallOptions? call)
    {
        foreach (var found in await qemu.QueryFdsetsAsync(call).ConfigureAwait(false))
        {
            if (found.Id == set)
                return found.Descriptors;
        }

        return [];
    }
}
