using System.Runtime.InteropServices;

namespace Vmspawn.Qmp;

/// <summary>Sends whole messages one after the other. A cancellation before the turn sends nothing; a message that was started is sent completely.</summary>
internal sealed class MessageSender(IQmpTransport transport, Action<Exception> failed, CancellationToken ended)
    : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Returns when the message is sent, or the sending has failed and was reported.</summary>
    /// <param name="message">The line.</param>
    /// <param name="descriptors">The descriptors to send with it.</param>
    /// <param name="starts">Called right before the first byte.</param>
    /// <param name="giveUp">Cancels the wait; a message that was started is completed in the background.</param>
    public async Task SendAsync(
        ReadOnlyMemory<byte> message, IReadOnlyList<SafeHandle>? descriptors, Action starts, CancellationToken giveUp)
    {
        await _turn.WaitAsync(giveUp).ConfigureAwait(false);
        await FinishAsync(message, descriptors, starts).WaitAsync(giveUp).ConfigureAwait(false);
    }

    /// <summary>After the end was signalled, waits until the transport is no longer used.</summary>
    public async ValueTask DisposeAsync() => await _turn.WaitAsync().ConfigureAwait(false);

    private async Task FinishAsync(ReadOnlyMemory<byte> message, IReadOnlyList<SafeHandle>? descriptors, Action starts)
    {
        try
        {
            starts();
            await transport.SendAsync(message, descriptors, ended).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            failed(cause);
        }
        finally
        {
            _turn.Release();
        }
    }
}
