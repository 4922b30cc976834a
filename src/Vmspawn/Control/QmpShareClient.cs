using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Control;

/// <summary>
/// Serves one program: takes its commands one after the other, as QEMU does, so that answers are in order by nature and
/// no program can fill the monitor with more than one command at a time.
/// </summary>
internal sealed class QmpShareClient(QmpShareSocket socket, QmpShareMonitor monitor, QmpShareOptions options) : IDisposable
{
    private readonly QmpShareCutter _cutter = new(options.CommandBytes);
    private readonly QmpShareDescriptors _descriptors = new();
    private readonly QmpShareOutbox _outbox = new(options);
    private IDisposable? _events;
    private int _strayPieces;

    /// <summary>Serves it to the end, and says what that was.</summary>
    public async Task<QmpShareEnd> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<QmpShareEnd> taking = TakeAsync(stop.Token);
        Task sending = _outbox.SendAllAsync(socket, stop.Token);
        await Task.WhenAny(taking, sending, _outbox.Overflow, monitor.Ended);
        QmpShareEnd end = await EndOfAsync(taking, sending, cancellation);
        _events?.Dispose();
        _outbox.Complete();
        if (end.Kind is QmpShareEndKind.Left or QmpShareEndKind.MonitorEnded)
            await Task.WhenAny(sending, Task.Delay(options.LastWords, stop.Token));
        await stop.CancelAsync();
        await ((Task)taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return end;
    }

    public void Dispose()
    {
        _events?.Dispose();
        _descriptors.Dispose();
    }

    private async Task<QmpShareEnd> EndOfAsync(Task<QmpShareEnd> taking, Task sending, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return QmpShareEnd.Stopped;
        if (monitor.Ended.IsCompleted)
            return monitor.End;
        if (_outbox.Overflow.IsCompleted)
            return QmpShareEnd.Dropped($"it left more than {options.WaitingEvents} events or {options.WaitingEventBytes} bytes of them unread");
        try
        {
            if (!taking.IsCompleted)
                await sending;
            return await taking;
        }
        catch (TimeoutException slow)
        {
            return QmpShareEnd.Dropped(slow.Message);
        }
        catch (QmpDisconnectedException)
        {
            return monitor.End;
        }
        catch (LinuxException failure)
        {
            return QmpShareEnd.Dropped(failure.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return QmpShareEnd.Stopped;
        }
    }

    private async Task<QmpShareEnd> TakeAsync(CancellationToken stop)
    {
        await _outbox.Add(QmpShareMessages.Greeting(monitor.Version));
        while (true)
        {
            QmpSharePiece found = _cutter.Next(out ReadOnlyMemory<byte> piece);
            if (found is QmpSharePiece.None)
            {
                if (!await ReceiveAsync(stop))
                    return QmpShareEnd.Left;
                continue;
            }

            var descriptors = _descriptors.Take(_cutter.Position);
            try
            {
                if (await HandleAsync(found, piece, descriptors, stop) is { } dropped)
                    return dropped;
            }
            finally
            {
                foreach (SafeFileHandle descriptor in descriptors)
                    descriptor.Dispose();
            }
        }
    }

    /// <returns>False when the program has closed its side.</returns>
    private async Task<bool> ReceiveAsync(CancellationToken stop)
    {
        try
        {
            int count = await socket.ReceiveAsync(_cutter.Room(), _descriptors.Arriving, stop);
            _cutter.Added(count);
            _descriptors.Arrived(_cutter.Received);
            return count > 0;
        }
        catch (Exception failure) when (QmpShareSocket.IsPeerGone(failure))
        {
            return false;
        }
    }

    /// <returns>Why the program is dropped, or null.</returns>
    private async Task<QmpShareEnd?> HandleAsync(
        QmpSharePiece found, ReadOnlyMemory<byte> piece, IReadOnlyList<SafeFileHandle> descriptors, CancellationToken stop)
    {
        if (found is QmpSharePiece.TooLong)
        {
            await RefuseAsync("JSON token size limit exceeded");
            return QmpShareEnd.Dropped($"it sent a command of more than {options.CommandBytes} bytes");
        }

        string problem = found is QmpSharePiece.TooDeep ? "JSON nesting depth limit exceeded" : "JSON parse error, stray input";
        using QmpShareCommand? command = found is QmpSharePiece.Value ? QmpShareCommand.Read(piece, out problem) : null;
        if (command is not null)
        {
            _strayPieces = 0;
            await AnswerAsync(command, piece.Length, descriptors, stop);
            return null;
        }

        await RefuseAsync(problem);
        return ++_strayPieces < options.StrayPieces
            ? null
            : QmpShareEnd.Dropped($"it sent {_strayPieces} pieces in a row that are no commands");
    }

    private Task AnswerAsync(
        QmpShareCommand command, int length, IReadOnlyList<SafeFileHandle> descriptors, CancellationToken stop)
    {
        bool isReady = _events is not null;
        if ((!isReady || command.IsOutOfBand) && command.FindProblem() is { } problem)
            return RefuseAsync(problem, command);
        return isReady ? RelayAsync(command, length, descriptors, stop) : NegotiateAsync(command);
    }

    private Task NegotiateAsync(QmpShareCommand command)
    {
        if (command.Name != "qmp_capabilities")
            return RefuseAsync("Expecting capabilities negotiation with 'qmp_capabilities'", command, "CommandNotFound");
        if (QmpShareCapabilities.FindProblem(command.Arguments) is { } problem)
            return RefuseAsync(problem, command);
        Task answered = _outbox.Add(QmpShareMessages.Return("{}"u8, command.Id.Span));
        _events = monitor.Listen(_outbox.AddEvent);
        return answered;
    }

    private async Task RelayAsync(
        QmpShareCommand command, int length, IReadOnlyList<SafeFileHandle> descriptors, CancellationToken stop)
    {
        bool takesDescriptors = command.Name is "add-fd" or "getfd";
        if (takesDescriptors && descriptors.Count == 0)
        {
            // QEMU would take what another program sent with a command that left it there.
            await RefuseAsync("No file descriptor supplied via SCM_RIGHTS", command);
            return;
        }

        if (command.Name == "quit")
            options.QuitAsked?.Invoke();
        Task sent = Task.CompletedTask;
        // Put in at once, from the flow that puts events in, so that both stay in QEMU's order.
        await monitor.SendAsync(command, length, takesDescriptors ? descriptors : [], (failed, body) => sent = _outbox.Add(failed
            ? QmpShareMessages.Error(body, command.Id.Span)
            : QmpShareMessages.Return(body, command.Id.Span)), stop);
        await sent;
    }

    private Task RefuseAsync(string problem, QmpShareCommand? command = null, string errorClass = "GenericError") =>
        _outbox.Add(QmpShareMessages.Refusal(errorClass, problem, command is null ? [] : command.Id.Span));
}
