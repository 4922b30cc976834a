using Vmspawn.Linux;
using Vmspawn.Qmp;
using Vmspawn.Supervise;

namespace Vmspawn.Control;

/// <summary>The monitor for clients' requests: within a time limit, or an error with the reason.</summary>
internal sealed class MonitorAccess(MonitorSlot slot)
{
    /// <summary>Longer than QEMU takes to greet, and shorter than the time-outs of clients.</summary>
    private static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(10);

    /// <exception cref="VmControlException">The monitor's connection has ended, or QEMU has not greeted yet.</exception>
    public async Task<QmpClient> GetAsync()
    {
        if (slot.Lost.IsCompleted)
            throw Gone(await slot.Lost.ConfigureAwait(false));
        if (slot.Ready.IsCompleted)
            return await ConnectedAsync().ConfigureAwait(false);
        using var enough = new CancellationTokenSource(GreetingLimit);
        var late = Task.Delay(Timeout.Infinite, enough.Token);
        var first = await Task.WhenAny(slot.Ready, slot.Lost, late).ConfigureAwait(false);
        if (first == slot.Ready)
            return await ConnectedAsync().ConfigureAwait(false);
        throw first == slot.Lost
            ? Gone(await slot.Lost.ConfigureAwait(false))
            : new VmControlException(
                VmControlFailure.NotConnected, $"QEMU is still starting: its monitor has not answered within {GreetingLimit.TotalSeconds:0} s");
    }

    /// <summary>The monitor once QEMU has greeted; null when it ends before.</summary>
    public async Task<QmpClient?> WhenReadyAsync() =>
        await Task.WhenAny(slot.Ready, slot.Lost).ConfigureAwait(false) == slot.Ready ? await slot.Ready.ConfigureAwait(false) : null;

    /// <summary>Sends a command to QEMU and translates its errors.</summary>
    public async Task<T> AskAsync<T>(Func<QmpClient, Task<T>> question)
    {
        var monitor = await GetAsync().ConfigureAwait(false);
        try
        {
            return await question(monitor).ConfigureAwait(false);
        }
        catch (QmpException error)
        {
            throw Translate(error);
        }
    }

    /// <inheritdoc cref="AskAsync{T}(Func{QmpClient, Task{T}})"/>
    public Task RunAsync(Func<QmpClient, Task> command) => AskAsync(async monitor =>
    {
        await command(monitor).ConfigureAwait(false);
        return true;
    });

    /// <summary>
    /// Translates any failure of a request to an error for its client. A lack of memory or
    /// descriptors fails that request and nothing else.
    /// </summary>
    public static VmControlException Translate(Exception error) => error switch
    {
        VmControlException known => known,
        QmpDisconnectedException gone => Gone(gone.End.Text, gone),
        QmpTimeoutException late => new VmControlException(VmControlFailure.QemuFailed, late.Message, late) { Errno = Errno.ETIMEDOUT },
        QmpException failed => new VmControlException(VmControlFailure.QemuFailed, failed.Message, failed),
        OutOfMemoryException => new VmControlException(
            VmControlFailure.QemuFailed, "there is not enough memory, or no further thread, for the request", error) { Errno = Errno.ENOMEM },
        LinuxException system => new VmControlException(VmControlFailure.QemuFailed, system.Message, system) { Errno = system.Errno },
        _ => new VmControlException(VmControlFailure.QemuFailed, $"the request failed: {error.Message}", error),
    };

    /// <summary>The QMP client detects the connection's end before the supervisor.</summary>
    private async Task<QmpClient> ConnectedAsync()
    {
        var monitor = await slot.Ready.ConfigureAwait(false);
        return monitor.Ended.IsCompleted ? throw Gone((await monitor.Ended.ConfigureAwait(false)).Text) : monitor;
    }

    private static VmControlException Gone(string reason, Exception? cause = null) =>
        new(VmControlFailure.NotConnected, $"the connection to QEMU's monitor has ended: {reason}", cause);
}
