using System.Runtime.InteropServices;

namespace Vmspawn.Qmp;

/// <summary>Receives an answer as QEMU wrote it.</summary>
/// <param name="failed">Whether it is an error.</param>
/// <param name="body">The returned value or the error object; valid during the call.</param>
public delegate void QmpRawAnswer(bool failed, ReadOnlySpan<byte> body);

/// <summary>
/// Relays commands of other programs and QEMU's answers unchanged. Its callbacks run in the
/// connection's reading task, in QEMU's order: they must not block or throw.
/// </summary>
public sealed class QmpRelay
{
    private readonly QmpSession _session;

    internal QmpRelay(QmpSession session) => _session = session;

    /// <summary>QEMU's version, the object in its greeting.</summary>
    public ReadOnlyMemory<byte> Version => _session.VersionText;

    /// <summary>Sends one command and returns after its answer was passed on, without a time limit.</summary>
    /// <param name="command">Its name, for traces and reasons.</param>
    /// <param name="message">Builds the message with the given id; QEMU must be able to parse it.</param>
    /// <param name="descriptors">The descriptors to send with it; see <see cref="QmpCallOptions.Descriptors"/>.</param>
    /// <param name="answered">Receives the answer.</param>
    /// <param name="cancellationToken">Abandons it; the answer may still be passed on while this returns.</param>
    /// <exception cref="QmpDisconnectedException">The connection has ended.</exception>
    public Task SendAsync(
        string command,
        Func<long, ReadOnlyMemory<byte>> message,
        IReadOnlyList<SafeHandle>? descriptors,
        QmpRawAnswer answered,
        CancellationToken cancellationToken) =>
        _session.Calls.RelayAsync(command, message, descriptors, answered, cancellationToken);

    /// <summary>Passes on each event as a line with its CRLF.</summary>
    /// <param name="happened">Receives it.</param>
    /// <returns>Unsubscribes when disposed.</returns>
    public IDisposable Listen(Action<ReadOnlyMemory<byte>> happened) => _session.RawEvents.Add(happened);
}
