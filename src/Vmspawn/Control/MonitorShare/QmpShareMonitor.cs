using System.Runtime.InteropServices;
using System.Threading.Channels;
using Vmspawn.Qmp;

namespace Vmspawn.Control.MonitorShare;

/// <summary>The monitor that all programs share.</summary>
internal sealed class QmpShareMonitor(QmpClient client, QmpShareOptions options)
{
    /// <summary>The temporary name of a descriptor; see <see cref="DisplaceAsync"/>.</summary>
    private const string MomentaryName = "vmspawn-displaced";

    // A lock with one slot, taken by writing; unlike SemaphoreSlim it need not be disposed.
    private readonly Channel<QmpShareCommand> _longTurn = Channel.CreateBounded<QmpShareCommand>(1);

    public ReadOnlySpan<byte> Version => client.Relay.Version.Span;

    public Task Ended => client.Ended;

    /// <summary>The reason to give programs when the monitor has ended; only after <see cref="Ended"/> or a failed call.</summary>
    public async Task<QmpShareEnd> EndAsync() => new(QmpShareEndKind.MonitorEnded, $"the monitor has ended: {(await client.Ended.ConfigureAwait(false)).Text}");

    public IDisposable Listen(Action<ReadOnlyMemory<byte>> happened) => client.Relay.Listen(happened);

    /// <summary>Sends a command and waits for its answer, without a time limit.</summary>
    public async Task SendAsync(
        QmpShareCommand command, int length, IReadOnlyList<SafeHandle> descriptors, QmpRawAnswer answered, CancellationToken stop)
    {
        var isLong = length > options.LongCommandBytes;
        if (isLong)
            await _longTurn.Writer.WriteAsync(command, stop).ConfigureAwait(false);
        try
        {
            var hasFailed = false;
            await client.Relay.SendAsync(command.Name, command.WithId, descriptors, Answer, stop).ConfigureAwait(false);
            if (hasFailed && descriptors.Count > 0)
                await DisplaceAsync(stop).ConfigureAwait(false);

            void Answer(bool failed, ReadOnlySpan<byte> body)
            {
                hasFailed = failed;
                answered(failed, body);
            }
        }
        finally
        {
            if (isLong)
                _longTurn.Reader.TryRead(out _);
        }
    }

    /// <summary>
    /// When QEMU refuses a command early, it keeps the command's descriptors open until other descriptors arrive. So other
    /// descriptors are sent and closed at once.
    /// </summary>
    private async Task DisplaceAsync(CancellationToken stop)
    {
        using SafeHandle nothing = File.OpenHandle("/dev/null");
        try
        {
            await client.GetfdAsync(MomentaryName, nothing, cancellationToken: stop).ConfigureAwait(false);
            await client.ClosefdAsync(MomentaryName, cancellationToken: stop).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is QmpCommandException or QmpTimeoutException)
        {
            // Another program's refused command has replaced them meanwhile, or QEMU hangs: nothing more can be done.
        }
    }
}
