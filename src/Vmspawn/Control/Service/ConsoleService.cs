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
    public VarlinkImplementation Create() => new VarlinkImplementation(ControlInterfaces.Console)
        .On("Attach", async call => await finalReplies.AddAsync(AttachAsync(call)).ConfigureAwait(false));

    private async Task AttachAsync(VarlinkCall call)
    {
        if (!console.IsAvailable)
            throw new VarlinkErrorException($"{ControlInterfaces.ConsoleName}.NoConsole", error => error.WriteString("reason"u8, Lack()));
        // A client that is slower than the guest loses the oldest bytes instead of stopping it.
        var output = console.OpenOutput(withHistory: call.OptionalFlag("history") ?? true, holdsGuest: false);
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

    private static async Task ShowAsync(Stream output, UpgradedConnection connection, CancellationToken stop)
    {
        var buffer = new byte[4096];
        for (int count; (count = await output.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0;)
            await connection.SendAsync(buffer.AsMemory(0, count), cancellationToken: stop).ConfigureAwait(false);
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
