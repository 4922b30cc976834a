using System.Runtime.InteropServices;
using System.Threading.Channels;
using Vmspawn.Qmp;

namespace Vmspawn.Control.MonitorShare;

/// <summary>The one monitor behind all programs.</summary>
internal sealed class QmpShareMonitor(QmpClient client, QmpShareOptions options)
{
    /// <summary>Names a descriptor for a moment; see <see cref="DisplaceAsync"/>.</summary>
    private const string MomentaryName = "vmspawn-displaced";

    // One place, taken by writing; unlike a semaphore it needs nobody to dispose it.
    private readonly Channel<QmpShareCommand> _longTurn = Channel.CreateBounded<QmpShareCommand>(1);

    public ReadOnlySpan<byte> Version => client.Relay.Version.Span;

    public Task Ended => client.Ended;

    /// <summary>What its end means for a program; only after <see cref="Ended"/> or a failed call.</summary>
    public async Task<QmpShareEnd> EndAsync() => new(QmpShareEndKind.MonitorEnded, $"the monitor has ended: {(await client.Ended).Text}");

    public IDisposable Listen(Action<ReadOnlyMemory<byte>> happened) => client.Relay.Listen(happened);

    /// <summary>Runs a command to its end, however long that takes.</summary>
    public async Task SendAsync(
        QmpShareCommand command, int length, IReadOnlyList<SafeHandle> descriptors, QmpRawAnswer answered, CancellationToken stop)
    {
        var isLong = length > options.LongCommandBytes;
        if (isLong)
            await _longTurn.Writer.WriteAsync(command, stop);
        try
        {
            var hasFailed = false;
            await client.Relay.SendAsync(command.Name, command.WithId, descriptors, Answer, stop);
            if (hasFailed && descriptors.Count > 0)
                await DisplaceAsync(stop);

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
    /// QEMU keeps descriptors whose command it refused early, and holds their files open, until others come. So others
    /// come, and are given back at once.
    /// </summary>
    private async Task DisplaceAsync(CancellationToken stop)
    {
        using SafeHandle nothing = File.OpenHandle("/dev/null");
        try
        {
            await client.GetfdAsync(MomentaryName, nothing, cancellation: stop);
            await client.ClosefdAsync(MomentaryName, cancellation: stop);
        }
        catch (Exception refused) when (refused is QmpCommandException or QmpTimeoutException)
        {
            // Another program's refused command has done the same meanwhile, or QEMU hangs: nothing more to be had.
        }
    }
}
