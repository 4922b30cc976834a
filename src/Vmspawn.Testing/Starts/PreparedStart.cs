using Vmspawn.Linux;
using Vmspawn.Testing.Cache;

namespace Vmspawn.Testing.Starts;

/// <summary>The way to a started machine: restored, from what is made first if it does not exist; booted where that fails.</summary>
/// <typeparam name="T">A started machine.</typeparam>
/// <param name="log">Receives why a machine is not restored.</param>
internal sealed class PreparedStart<T>(Action<string> log)
    where T : class
{
    /// <summary>Waits until a machine may run; called before each boot and restore.</summary>
    public required Func<CancellationToken, Task> TakeTurn { get; init; }

    /// <summary>Boots and prepares a machine.</summary>
    public required Func<CancellationToken, Task<T>> Boot { get; init; }

    /// <summary>Freezes a machine at a path that does not exist, which ends it; returns why it cannot be frozen, and then it runs on. If it throws, the machine has ended.</summary>
    public required Func<T, string, CancellationToken, Task<string?>> Freeze { get; init; }

    /// <summary>Restores a machine from a path.</summary>
    public required Func<string, CancellationToken, Task<T>> Restore { get; init; }

    /// <summary>Starts a machine.</summary>
    /// <param name="openCache">Opens the cache of frozen machines.</param>
    /// <param name="key">Its key.</param>
    /// <param name="bad">An entry that could not be restored; null for none. It is disposed.</param>
    /// <param name="patience">The time limit of the wait for another process that prepares the same machine.</param>
    /// <param name="cancel">Cancels it.</param>
    /// <returns>The machine; the entry that it was restored from, or why it was booted, and whether that would be the same at the next start.</returns>
    public async Task<(T Machine, CacheEntry? Entry, string? WhyBooted, bool IsLasting)> RunAsync(Func<MadeOnce> openCache, string key, CacheEntry? bad, TimeSpan patience, CancellationToken cancel)
    {
        var (why, isLasting) = ("", true);
        // A damaged entry is made anew once. One that was just made and cannot be restored shows that restoring does not work here.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            T? unfrozen = null;
            CacheEntry? entry;
            try
            {
                entry = await openCache().GetAsync(key, bad, patience, async (path, stop) =>
                {
                    await TakeTurn(stop).ConfigureAwait(false);
                    var machine = await Boot(stop).ConfigureAwait(false);
                    if (await Freeze(machine, path, stop).ConfigureAwait(false) is not { } reason)
                        return true;
                    (unfrozen, why) = (machine, reason);
                    return false;
                }, cancel).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or TimeoutException)
            {
                (why, isLasting) = ($"no frozen machine can be made: {FailureReason.Of(error)}", false);
                break;
            }

            if (unfrozen is not null)
            {
                log($"it is booted at each start, because {why}");
                return (unfrozen, null, why, isLasting);
            }

            var (restored, failure) = await TryRestoreAsync(entry!, cancel).ConfigureAwait(false);
            if (restored is not null)
                return (restored, entry, null, true);
            bad = entry;
            why = failure!;
            log(attempt == 0 ? $"{why}; it is frozen anew" : why);
        }

        bad?.Dispose();
        log($"it is booted instead of restored, because {why}");
        await TakeTurn(cancel).ConfigureAwait(false);
        return (await Boot(cancel).ConfigureAwait(false), null, why, isLasting);
    }

    /// <summary>Restores a machine, or says why it cannot be restored. What has nothing to do with the entry is thrown, and unlocks it.</summary>
    private async Task<(T? Machine, string? Why)> TryRestoreAsync(CacheEntry entry, CancellationToken cancel)
    {
        var hasTurn = false;
        try
        {
            await TakeTurn(cancel).ConfigureAwait(false);
            hasTurn = true;
            return (await Restore(entry.Content, cancel).ConfigureAwait(false), null);
        }
        catch (Exception error) when (hasTurn && !cancel.IsCancellationRequested)
        {
            return (null, $"it cannot be restored from {entry.Path}: {FailureReason.Of(error)}");
        }
        catch
        {
            entry.Dispose();
            throw;
        }
    }
}
