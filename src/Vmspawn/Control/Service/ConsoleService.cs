using System.Buffers;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary><c>org.vmspawn.Console</c>: the guest's console for other processes.</summary>
/// <param name="console">The console.</param>
/// <param name="mode">How the machine was started, for the reason of a refusal.</param>
/// <param name="finalReplies">What the guest has written is sent before the socket is removed.</param>
internal sealed class ConsoleService(GuestConsole console, ConsoleMode mode, FinalReplies finalReplies)
{
    /// <summary>
    /// How long a client may take nothing of the rest after the console's end. It delays the end of the machine's owner, who has the rest: one that reads takes a piece in much less, and
    /// one that is stopped never does.
    /// </summary>
    private static readonly TimeSpan LastPiece = TimeSpan.FromMilliseconds(200);

    public VarlinkImplementation Create() => new VarlinkImplementation(ControlInterfaces.Console)
        .On("Attach", async call => await finalReplies.AddAsync(AttachAsync(call)).ConfigureAwait(false));

    private async Task AttachAsync(VarlinkCall call)
    {
        if (!console.IsAvailable)
            throw new VarlinkErrorException($"{ControlInterfaces.ConsoleName}.NoConsole", error => error.WriteString("reason"u8, Lack()));
        // A client that is slower than the guest loses the oldest bytes instead of stopping it.
        var output = console.OpenReader(withHistory: call.OptionalFlag("history") ?? true);
        await using var outputDisposal = output.ConfigureAwait(false);
        using var connection = await call.UpgradeAsync().ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        var gone = connection.WaitPeerGoneAsync(stop.Token);
        var showing = ShowAsync(output, connection, stop.Token);
        var typing = TypeAsync(connection, stop.Token);
        await Task.WhenAny(showing, gone).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(showing, typing, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ShowAsync(ConsoleReader output, UpgradedConnection connection, CancellationToken stop)
    {
        var buffer = new byte[4096];
        var past = new ArrayBufferWriter<byte>();
        TerminalQueries? queries = new();
        for (int count; (count = await output.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0;)
        {
            if (queries is not null && output.IsInPast)
            {
                queries.Remove(buffer.AsSpan(0, count), past);
                await SendAsync(connection, past.WrittenMemory, stop).ConfigureAwait(false);
                past.ResetWrittenCount();
                continue;
            }

            if (queries is not null)
            {
                queries.End(past);
                await SendAsync(connection, past.WrittenMemory, stop).ConfigureAwait(false);
                queries = null;
            }

            await SendAsync(connection, buffer.AsMemory(0, count), stop).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(UpgradedConnection connection, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (bytes.IsEmpty)
            return;
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sending = connection.SendAsync(bytes, cancellationToken: bound.Token).AsTask();
        if (!sending.IsCompleted && await Task.WhenAny(sending, console.Ended).ConfigureAwait(false) != sending)
            bound.CancelAfter(LastPiece);
        await sending.ConfigureAwait(false);
    }

    /// <summary>Passes input on until the client ends its own, which does not end the output.</summary>
    private async Task TypeAsync(UpgradedConnection connection, CancellationToken stop)
    {
        using var none = new DescriptorQueue(0);
        var buffer = new byte[1024];
        for (int count; (count = await connection.ReceiveAsync(buffer, none, stop).ConfigureAwait(false)) > 0;)
            await console.SendAsync(buffer.AsMemory(0, count), stop).ConfigureAwait(false);
    }

    private string Lack() => mode switch
    {
        ConsoleMode.Native => "QEMU itself has its console on its owner's terminal (--console=native)",
        ConsoleMode.Headless => "it has no console (--console=headless)",
        _ => "its console is a graphical screen (--console=gui)",
    };
}
