using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Control.MonitorShare;

/// <summary>
/// Processes a program's commands one after the other, as QEMU does, so that answers are in order and no program
/// can queue more than one command at the monitor.
/// </summary>
internal sealed class QmpShareCommands(
    QmpShareSocket socket, QmpShareMonitor monitor, QmpShareOptions options, QmpShareOutbox outbox, CancellationToken stop)
    : IDisposable
{
    private readonly QmpShareFrameReader _reader = new(options.CommandBytes);
    private readonly QmpShareDescriptors _descriptors = new();
    private IDisposable? _events;
    private int _strayPieces;

    public void StopEvents() => _events?.Dispose();

    public void Dispose()
    {
        _events?.Dispose();
        _descriptors.Dispose();
    }

    /// <summary>Sends the greeting, then answers until the program disconnects or must be dropped.</summary>
    public async Task<QmpShareEnd> TakeAllAsync()
    {
        await outbox.Add(QmpShareMessages.Greeting(monitor.Version)).ConfigureAwait(false);
        while (true)
        {
            var found = _reader.Next(out var piece);
            if (found is QmpSharePiece.None)
            {
                if (!await ReceiveAsync().ConfigureAwait(false))
                    return QmpShareEnd.Left;
                continue;
            }

            var descriptors = _descriptors.Take(_reader.Position);
            try
            {
                if (await HandleAsync(found, piece, descriptors).ConfigureAwait(false) is { } dropped)
                    return dropped;
            }
            finally
            {
                foreach (var descriptor in descriptors)
                    descriptor.Dispose();
            }
        }
    }

    /// <returns>False when the program has closed its side.</returns>
    private async Task<bool> ReceiveAsync()
    {
        try
        {
            var count = await socket.ReceiveAsync(_reader.Room(), _descriptors.Arriving, stop).ConfigureAwait(false);
            _reader.Added(count);
            _descriptors.Arrived(_reader.Received);
            return count > 0;
        }
        catch (Exception failure) when (QmpShareSocket.IsPeerGone(failure))
        {
            return false;
        }
    }

    /// <returns>Why the program is dropped, or null.</returns>
    private async Task<QmpShareEnd?> HandleAsync(
        QmpSharePiece found, ReadOnlyMemory<byte> piece, IReadOnlyList<SafeFileHandle> descriptors)
    {
        if (found is QmpSharePiece.TooLong)
        {
            await RefuseAsync("JSON token size limit exceeded").ConfigureAwait(false);
            return QmpShareEnd.Dropped($"it sent a command of more than {options.CommandBytes} bytes");
        }

        var problem = found is QmpSharePiece.TooDeep ? "JSON nesting depth limit exceeded" : "JSON parse error, stray input";
        using var command = found is QmpSharePiece.Value ? QmpShareCommand.Read(piece, out problem) : null;
        if (command is not null)
        {
            _strayPieces = 0;
            await AnswerAsync(command, piece.Length, descriptors).ConfigureAwait(false);
            return null;
        }

        await RefuseAsync(problem).ConfigureAwait(false);
        return ++_strayPieces < options.StrayPieces
            ? null
            : QmpShareEnd.Dropped($"it sent {_strayPieces} pieces in a row that are no commands");
    }

    private Task AnswerAsync(
        QmpShareCommand command, int length, IReadOnlyList<SafeFileHandle> descriptors)
    {
        var isReady = _events is not null;
        if ((!isReady || command.IsOutOfBand) && command.FindProblem() is { } problem)
            return RefuseAsync(problem, command);
        return isReady ? RelayAsync(command, length, descriptors) : NegotiateAsync(command);
    }

    private Task NegotiateAsync(QmpShareCommand command)
    {
        if (command.Name != "qmp_capabilities")
            return RefuseAsync("Expecting capabilities negotiation with 'qmp_capabilities'", command, "CommandNotFound");
        if (QmpShareCapabilities.FindProblem(command.Arguments) is { } problem)
            return RefuseAsync(problem, command);
        var answered = outbox.Add(QmpShareMessages.Return("{}"u8, command.Id.Span));
        _events = monitor.Listen(outbox.AddEvent);
        return answered;
    }

    private async Task RelayAsync(
        QmpShareCommand command, int length, IReadOnlyList<SafeFileHandle> descriptors)
    {
        var takesDescriptors = command.Name is "add-fd" or "getfd";
        if (takesDescriptors && descriptors.Count == 0)
        {
            // QEMU would use a descriptor that another program sent with an earlier command.
            await RefuseAsync("No file descriptor supplied via SCM_RIGHTS", command).ConfigureAwait(false);
            return;
        }

        if (command.Name == "quit")
            options.QuitAsked?.Invoke();
        var sent = Task.CompletedTask;
        // The answer is queued by the task that queues events, so that both keep QEMU's order.
        await monitor.SendAsync(command, length, takesDescriptors ? descriptors : [], (failed, body) => sent = outbox.Add(failed
            ? QmpShareMessages.Error(body, command.Id.Span)
            : QmpShareMessages.Return(body, command.Id.Span)), stop).ConfigureAwait(false);
        await sent.ConfigureAwait(false);
    }

    private Task RefuseAsync(string problem, QmpShareCommand? command = null, string errorClass = "GenericError") =>
        outbox.Add(QmpShareMessages.Refusal(errorClass, problem, command is null ? [] : command.Id.Span));
}
