using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Control;

/// <summary>
/// Serves one program: takes its commands one after the other, as QEMU does, so that answers are in order by nature and
/// no program can fill the monitor with more than one command at a time.
/// </summary>
internal sealed class QmpShareClient : IDisposable
{
    private readonly QmpShareSocket _socket;
    private readonly QmpShareMonitor _monitor;
    private readonly QmpShareOptions _options;
    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource _stop;
    private readonly QmpShareCutter _cutter;
    private readonly QmpShareDescriptors _descriptors = new();
    private readonly QmpShareOutbox _outbox;
    private IDisposable? _events;
    private int _strayPieces;

    public QmpShareClient(
        QmpShareSocket socket, QmpShareMonitor monitor, QmpShareOptions options, CancellationToken cancellation)
    {
        _socket = socket;
        _monitor = monitor;
        _options = options;
        _callers = cancellation;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _cutter = new QmpShareCutter(options.CommandBytes);
        _outbox = new QmpShareOutbox(options, _stop.Token);
    }

    /// <summary>Serves it to the end, and says what that was.</summary>
    public async Task<QmpShareEnd> RunAsync()
    {
        Task<QmpShareEnd> taking = TakeAsync();
        Task sending = _outbox.SendAllAsync(_socket);
        await Task.WhenAny(taking, sending, _outbox.Overflow, _monitor.Ended);
        QmpShareEnd end = await EndOfAsync(taking, sending);
        _events?.Dispose();
        _outbox.Complete();
        if (end.Kind is QmpShareEndKind.Left or QmpShareEndKind.MonitorEnded)
            await Task.WhenAny(sending, Task.Delay(_options.LastWords, _stop.Token));
        await _stop.CancelAsync();
        await ((Task)taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return end;
    }

    public void Dispose()
    {
        _events?.Dispose();
        _descriptors.Dispose();
        _stop.Dispose();
    }

    private async Task<QmpShareEnd> EndOfAsync(Task<QmpShareEnd> taking, Task sending)
    {
        if (_callers.IsCancellationRequested)
            return QmpShareEnd.Stopped;
        if (_monitor.Ended.IsCompleted)
            return _monitor.End;
        if (_outbox.Overflow.IsCompleted)
            return QmpShareEnd.Dropped($"it left more than {_options.WaitingEvents} events or {_options.WaitingEventBytes} bytes of them unread");
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
            return _monitor.End;
        }
        catch (LinuxException failure)
        {
            return QmpShareEnd.Dropped(failure.Message);
        }
        catch (OperationCanceledException) when (_callers.IsCancellationRequested)
        {
            return QmpShareEnd.Stopped;
        }
    }

    private async Task<QmpShareEnd> TakeAsync()
    {
        await _outbox.Add(QmpShareMessages.Greeting(_monitor.Version));
        while (true)
        {
            QmpSharePiece found = _cutter.Next(out ReadOnlyMemory<byte> piece);
            if (found is QmpSharePiece.None)
            {
                if (!await ReceiveAsync())
                    return QmpShareEnd.Left;
                continue;
            }

            var descriptors = _descriptors.Take(_cutter.Position);
            try
            {
                if (await HandleAsync(found, piece, descriptors) is { } dropped)
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
    private async Task<bool> ReceiveAsync()
    {
        try
        {
            int count = await _socket.ReceiveAsync(_cutter.Room(), _descriptors.Arriving, _stop.Token);
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
        QmpSharePiece found, ReadOnlyMemory<byte> piece, IReadOnlyList<SafeFileHandle> descriptors)
    {
        if (found is QmpSharePiece.TooLong)
        {
            await RefuseAsync("JSON token size limit exceeded");
            return QmpShareEnd.Dropped($"it sent a command of more than {_options.CommandBytes} bytes");
        }

        string problem = found is QmpSharePiece.TooDeep ? "JSON nesting depth limit exceeded" : "JSON parse error, stray input";
        using QmpShareCommand? command = found is QmpSharePiece.Value ? QmpShareCommand.Read(piece, out problem) : null;
        if (command is not null)
        {
            _strayPieces = 0;
            await AnswerAsync(command, piece.Length, descriptors);
            return null;
        }

        await RefuseAsync(problem);
        return ++_strayPieces < _options.StrayPieces
            ? null
            : QmpShareEnd.Dropped($"it sent {_strayPieces} pieces in a row that are no commands");
    }

    private Task AnswerAsync(
        QmpShareCommand command, int length, IReadOnlyList<SafeFileHandle> descriptors)
    {
        bool isReady = _events is not null;
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
        Task answered = _outbox.Add(QmpShareMessages.Return("{}"u8, command.Id.Span));
        _events = _monitor.Listen(_outbox.AddEvent);
        return answered;
    }

    private async Task RelayAsync(
        QmpShareCommand command, int length, IReadOnlyList<SafeFileHandle> descriptors)
    {
        bool takesDescriptors = command.Name is "add-fd" or "getfd";
        if (takesDescriptors && descriptors.Count == 0)
        {
            // QEMU would take what another program sent with a command that left it there.
            await RefuseAsync("No file descriptor supplied via SCM_RIGHTS", command);
            return;
        }

        if (command.Name == "quit")
            _options.QuitAsked?.Invoke();
        Task sent = Task.CompletedTask;
        // Put in at once, from the flow that puts events in, so that both stay in QEMU's order.
        await _monitor.SendAsync(command, length, takesDescriptors ? descriptors : [], (failed, body) => sent = _outbox.Add(failed
            ? QmpShareMessages.Error(body, command.Id.Span)
            : QmpShareMessages.Return(body, command.Id.Span)), _stop.Token);
        await sent;
    }

    private Task RefuseAsync(string problem, QmpShareCommand? command = null, string errorClass = "GenericError") =>
        _outbox.Add(QmpShareMessages.Refusal(errorClass, problem, command is null ? [] : command.Id.Span));
}
