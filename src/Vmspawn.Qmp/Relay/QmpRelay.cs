using System.Runtime.InteropServices;

namespace Vmspawn.Qmp;

/// <summary>Takes an answer as QEMU wrote it.</summary>
/// <param name="failed">Whether it is an error.</param>
/// <param name="body">The returned value or the error object; valid during the call.</param>
internal delegate void QmpRawAnswer(bool failed, ReadOnlySpan<byte> body);

/// <summary>
/// Passes foreign commands on as they were written, and QEMU's words back as they came. Its callbacks run in the
/// connection's own flow, in the order in which QEMU spoke: they must neither wait nor throw.
/// </summary>
internal readonly struct QmpRelay(QmpSession session)
{
    /// <summary>QEMU's version, the object in its greeting.</summary>
    public ReadOnlyMemory<byte> Version => session.VersionText;

    /// <summary>Sends one command and returns after its answer was handed over, however long that takes.</summary>
    /// <param name="command">Its name, for traces and reasons.</param>
    /// <param name="message">Makes the message with the id that it must carry; QEMU must be able to parse it.</param>
    /// <param name="descriptors">What goes with it; see <see cref="QmpCallOptions.Descriptors"/>.</param>
    /// <param name="answered">Takes the answer.</param>
    /// <param name="cancellation">Gives it up; the answer may still be handed over while this returns.</param>
    /// <exception cref="QmpDisconnectedException">The connection has ended.</exception>
    public Task SendAsync(
        string command,
        Func<long, ReadOnlyMemory<byte>> message,
        IReadOnlyList<SafeHandle>? descriptors,
        QmpRawAnswer answered,
        CancellationToken cancellation) =>
        session.Calls.RelayAsync(command, message, descriptors, answered, cancellation);

    /// <summary>Hands over each event from now on, as a line with its CRLF.</summary>
    /// <returns>Ends it when disposed.</returns>
    public IDisposable Listen(Action<ReadOnlyMemory<byte>> happened) => session.RawEvents.Add(happened);
}
