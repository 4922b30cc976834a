namespace Vmspawn.Testing.Slots;

/// <summary>
/// The virtual processors that the machines of all test processes of a user may have together: a lock file for each, which the kernel unlocks
/// when its process ends in whatever way. Whoever waited longest gets the next ones, all that it needs, so that small machines cannot keep a large one waiting for ever.
/// </summary>
/// <param name="directory">The directory of the lock files.</param>
/// <param name="count">How many there are.</param>
/// <param name="time">The clock of the wait.</param>
internal sealed class SlotPool(string directory, int count, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Takes slots for a machine.</summary>
    /// <param name="processors">How many processors it has; one with more than there are slots takes them all.</param>
    /// <param name="holder">Who takes them, for the messages of those who wait.</param>
    /// <param name="limit">The time limit of the wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="TestMachineException">The time limit has passed; the message has the holders.</exception>
    /// <exception cref="IOException">The lock files cannot be used.</exception>
    public async Task<SlotLease> TakeAsync(int processors, string holder, TimeSpan limit, CancellationToken cancel)
    {
        var needed = Math.Clamp(processors, 1, count);
        var start = time.GetTimestamp();
        using var ticket = SlotTicket.Draw(directory);
        var lease = new SlotLease();
        try
        {
            while (true)
            {
                // Only the first in line takes some, so nobody holds a part and waits for another who does.
                if (ticket.IsFirst())
                {
                    for (var i = 0; i < count && lease.Count < needed; i++)
                        lease.TryAdd(PathOf(i), holder);
                    if (lease.Count == needed)
                        return lease;
                }

                if (time.GetElapsedTime(start) >= limit)
                    throw new TestMachineException($"{holder}: no {Processors(needed)} of {count} for tests became free within {limit.TotalSeconds:0.###} s; {Holders()}. VMSPAWN_TEST_CPUS= sets how many there are");
                await Task.Delay(Interval, time, cancel).ConfigureAwait(false);
            }
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Who holds slots now, as part of a sentence.</summary>
    private string Holders()
    {
        var holders = Enumerable.Range(0, count).Select(PathOf).Select(SlotLease.HolderOf).OfType<string>().CountBy(holder => holder).ToList();
        return holders.Count == 0 ? "nobody holds any now" : $"held by {string.Join(", ", holders.Select(held => $"{held.Key} ({held.Value})"))}";
    }

    private static string Processors(int number) => number == 1 ? "virtual processor" : $"{number} virtual processors";

    private string PathOf(int number) => Path.Combine(directory, $"slot-{number}");
}
