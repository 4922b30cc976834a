using Vmspawn.Linux;
using Vmspawn.Testing.Cache;

namespace Vmspawn.Testing.Starts;

/// <summary>The way to a started machine: restored, from what is made first if it does not exist; booted where that fails.</summary>
/// <typeparam name="T">A started machine.</typeparam>
/// <param name="log">Receives why a machine is not restored.</param>
internal sealed class PreparedStart<T>(Action<string> log)
    where T : class
{
    /// <summary>Boots and prepares a machine.</summary>
    public required Func<CancellationToken, Task<T>> Boot { get; init; }

    /// <summary>Freezes a machine at a path that does not exist, which ends it; returns why it cannot be frozen, and then it runs on. If it throws, the machine has ended.</summary>
    public required Func<T, string, CancellationToken, Task<string?>> Freeze { get; init; }

    /// <summary>Restores a machine from a path.</summary>
    public required Func<string, CancellationToken, Task<T>> Restore { get; init; }

    /// <summary>Starts a machine.</summary>
    /// <param name="cache">Frozen machines; null if this one cannot be frozen.</param>
    /// <param name="key">Its key.</param>
    /// <param name="bad">An entry that could not be restored; null for none. It is disposed.</param>
    /// <param name="patience">The time limit of the wait for another process that prepares the same machine.</param>
    /// <param name="cancel">Cancels it.</param>
    /// <returns>The machine; the entry that it was restored from, or why it was booted.</returns>
    public async Task<(T Machine, CacheEntry? Entry, string? WhyBooted)> RunAsync(MadeOnce cache, string key, CacheEntry? bad, TimeSpan patience, CancellationToken cancel)
    {
        var why = "";
        // A damaged entry is made anew once. One that was just made and cannot be restored shows that restoring does not work here.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            T? unfrozen = null;
            CacheEntry? entry;
            try
            {
                entry = await cache.GetAsync(key, bad, patience, async (path, stop) =>
                {
                    var machine = await Boot(stop).ConfigureAwait(false);
                    if (await Freeze(machine, path, stop).ConfigureAwait(false) is not { } reason)
                        return true;
                    (unfrozen, why) = (machine, reason);
                    return false;
                }, cancel).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or TimeoutException)
            {
                why = $"no frozen machine can be made: {FailureReason.Of(error)}";
                break;
            }

            if (unfrozen is not null)
            {
                log($"it is booted at each start, because {why}");
                return (unfrozen, null, why);
            }

            try
            {
                return (await Restore(entry!.Content, cancel).ConfigureAwait(false), entry, null);
            }
            catch (Exception error)
            {
                bad = entry;
                if (cancel.IsCancellationRequested)
                {
                    bad!.Dispose();
                    throw;
                }

                why = $"it cannot be restored from {bad!.Path}: {FailureReason.Of(error)}";
                log(attempt == 0 ? $"{why}; it is frozen anew" : why);
            }
        }

        bad?.Dispose();
        log($"it is booted instead of restored, because {why}");
        return (await Boot(cancel).ConfigureAwait(false), null, why);
    }
}
