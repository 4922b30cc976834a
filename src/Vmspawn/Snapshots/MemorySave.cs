using System.Diagnostics;
using System.Runtime.InteropServices;
using Vmspawn.Host;
using Vmspawn.Qmp;

namespace Vmspawn.Snapshots;

/// <summary>Saves a stopped machine's memory and device state by QEMU's migration (qapi/migration.json), and follows the loading of one.</summary>
internal static class MemorySave
{
    private const string Name = "vmspawn-freeze";

    /// <summary>The name of the set's descriptor; the number is above all others (see <c>DescriptorSets</c>).</summary>
    private const long Set = (1 << 24) - 1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>The time limit without progress: a disk or a decompressor that hangs.</summary>
    private static readonly TimeSpan Standstill = TimeSpan.FromMinutes(2);

    /// <summary>Why QEMU cannot save the machine as it is, in its own words; empty when it can.</summary>
    public static async Task<IReadOnlyList<string>> BlockedByAsync(QmpClient qemu, CancellationToken cancel)
    {
        var found = await qemu.ExecuteAsync("query-migrate", cancellationToken: cancel).ConfigureAwait(false);
        return [.. found.Texts("blocked-reasons")];
    }

    /// <summary>Writes everything to a file or a pipe. The machine must be stopped. QEMU gives its disks up then, until it continues.</summary>
    /// <param name="qemu">The monitor.</param>
    /// <param name="target">Open for writing only; the caller closes it.</param>
    /// <param name="toFileSet">QEMU takes a file by a descriptor set (<c>QemuFacts.MigratesToFileSets</c>); false for a pipe.</param>
    /// <param name="cancel">Cancels the saving.</param>
    /// <exception cref="IOException">It failed; QEMU's words are in the message. The machine can continue.</exception>
    public static async Task SaveAsync(QmpClient qemu, SafeHandle target, bool toFileSet, CancellationToken cancel)
    {
        await qemu.ExecuteAsync("migrate-set-parameters", arguments => arguments.WriteNumber("max-bandwidth"u8, 1L << 40), cancellationToken: cancel).ConfigureAwait(false);
        if (toFileSet)
            await qemu.AddFdAsync(target, Set, Name, cancellationToken: cancel).ConfigureAwait(false);
        else
            await qemu.GetfdAsync(Name, target, cancellationToken: cancel).ConfigureAwait(false);
        try
        {
            await qemu.ExecuteAsync("migrate", arguments => arguments.WriteString("uri"u8, toFileSet ? $"file:/dev/fdset/{Set}" : $"fd:{Name}"), cancellationToken: cancel).ConfigureAwait(false);
            await FollowAsync(qemu, "save", cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await CancelAsync(qemu).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await ForgetAsync(qemu, toFileSet).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until QEMU has saved or loaded everything.</summary>
    /// <exception cref="IOException">It failed; QEMU's words are in the message.</exception>
    public static async Task FollowAsync(QmpClient qemu, string what, CancellationToken cancel)
    {
        var (done, since) = (0L, Stopwatch.GetTimestamp());
        while (true)
        {
            var now = await qemu.ExecuteAsync("query-migrate", cancellationToken: cancel).ConfigureAwait(false);
            switch (now.Text("status"))
            {
                case "completed":
                    return;
                case "failed":
                    throw new IOException($"QEMU cannot {what} the memory: {now.Text("error-desc") ?? "it gives no reason"}");
                case "cancelled":
                    throw new IOException($"QEMU was told not to {what} the memory");
            }

            if (now.TryGetProperty("ram"u8, out var ram) && ram.Number("transferred") is { } bytes && bytes != done)
                (done, since) = (bytes, Stopwatch.GetTimestamp());
            else if (Stopwatch.GetElapsedTime(since) > Standstill)
                throw new IOException($"QEMU has made no progress to {what} the memory for {Standstill.TotalMinutes:0} minutes");
            await Task.Delay(Pause, cancel).ConfigureAwait(false);
        }
    }

    private static async Task CancelAsync(QmpClient qemu)
    {
        try
        {
            await qemu.ExecuteAsync("migrate_cancel").ConfigureAwait(false);
            await FollowAsync(qemu, "save", CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is QmpException or IOException)
        {
            // Its end is what was wanted; without QEMU there is nothing to cancel.
        }
    }

    private static async Task ForgetAsync(QmpClient qemu, bool isSet)
    {
        try
        {
            if (isSet)
                await qemu.RemoveFdAsync(Set).ConfigureAwait(false);
            else
                await qemu.ClosefdAsync(Name).ConfigureAwait(false);
        }
        catch (QmpException)
        {
            // QEMU closes the descriptor itself when it has used it.
        }
    }
}
