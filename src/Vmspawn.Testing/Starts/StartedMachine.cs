using Vmspawn.Testing.Cache;
using Vmspawn.Testing.Slots;

namespace Vmspawn.Testing.Starts;

/// <summary>A machine with what it holds.</summary>
/// <param name="Machine">The machine, ready and prepared.</param>
/// <param name="Entry">What it was restored from, which stays until its disposal; null if it was booted.</param>
/// <param name="WhyBooted">Why it was booted; null if it was restored.</param>
/// <param name="Slots">Its virtual processors.</param>
internal sealed record StartedMachine(VirtualMachine Machine, CacheEntry? Entry, string? WhyBooted, SlotLease Slots) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Machine.DisposeAsync().ConfigureAwait(false);
        Entry?.Dispose();
        Slots.Dispose();
    }
}
