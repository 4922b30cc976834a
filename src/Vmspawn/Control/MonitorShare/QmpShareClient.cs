using Vmspawn.Linux;
using Vmspawn.Qmp;

namespace Vmspawn.Control.MonitorShare;

/// <summary>Serves one program, from its greeting to its end.</summary>
internal sealed class QmpShareClient : IDisposable
{
    private readonly QmpShareSocket _socket;
    private readonly QmpShareMonitor _monitor;
    private readonly QmpShareOptions _options;
    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource _stop;
    private readonly QmpShareOutbox _outbox;
    private readonly QmpShareCommands _commands;

    public QmpShareClient(
        QmpShareSocket socket, QmpShareMonitor monitor, QmpShareOptions options, CancellationToken cancellation)
    {
        _socket = socket;
        _monitor = monitor;
        _options = options;
        _callers = cancellation;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _outbox = new QmpShareOutbox(options, _stop.Token);
        _commands = new QmpShareCommands(socket, monitor, options, _outbox, _stop.Token);
    }

    /// <summary>Serves it to its end and returns the reason of the end.</summary>
    public async Task<QmpShareEnd> RunAsync()
    {
        var taking = _commands.TakeAllAsync();
        var sending = _outbox.SendAllAsync(_socket);
        // Nothing is read while QEMU processes a command, so only this detects that the program disconnects meanwhile.
        var leaving = _socket.WaitPeerGoneAsync(_stop.Token);
        var first = await Task.WhenAny(taking, sending, _outbox.Overflow, _monitor.Ended, leaving).ConfigureAwait(false);
        if (first == leaving)
            await Task.WhenAny(taking, sending, _monitor.Ended, Task.Delay(_options.FinalTime, _stop.Token)).ConfigureAwait(false);
        var end = await EndOfAsync(taking, sending, leaving).ConfigureAwait(false);
        _commands.StopEvents();
        _outbox.Complete();
        if (end.Kind is QmpShareEndKind.Left or QmpShareEndKind.MonitorEnded)
            await Task.WhenAny(sending, Task.Delay(_options.FinalTime, _stop.Token)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await leaving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return end;
    }

    public void Dispose()
    {
        _commands.Dispose();
        _stop.Dispose();
    }

    private async Task<QmpShareEnd> EndOfAsync(Task<QmpShareEnd> taking, Task sending, Task leaving)
    {
        if (_callers.IsCancellationRequested)
            return QmpShareEnd.Stopped;
        if (_monitor.Ended.IsCompleted)
            return await _monitor.EndAsync().ConfigureAwait(false);
        if (_outbox.Overflow.IsCompleted)
            return QmpShareEnd.Dropped($"it left more than {_options.WaitingEvents} events or {_options.WaitingEventBytes} bytes of them unread");
        try
        {
            if (taking.IsCompleted)
                return await taking.ConfigureAwait(false);
            await ((sending.IsCompleted ? sending : leaving).ConfigureAwait(false));
            return QmpShareEnd.Left;
        }
        catch (TimeoutException slow)
        {
            return QmpShareEnd.Dropped(slow.Message);
        }
        catch (QmpDisconnectedException)
        {
            return await _monitor.EndAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (QmpShareSocket.IsPeerGone(failure))
        {
            return QmpShareEnd.Left;
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
}
