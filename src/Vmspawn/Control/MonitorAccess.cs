using Vmspawn.Qmp;
using Vmspawn.Supervise;

namespace Vmspawn.Control;

/// <summary>The monitor as clients' requests need it: there soon, or an error that says why not.</summary>
internal sealed class MonitorAccess(MonitorSlot slot)
{
    /// <summary>Longer than QEMU takes to greet, and shorter than the patience of who asks.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="ControlException">QEMU is gone, or has not greeted yet.</exception>
    public async Task<QmpClient> GetAsync()
    {
        if (slot.Lost.IsCompleted)
            throw Gone(await slot.Lost);
        if (slot.Ready.IsCompleted)
            return await slot.Ready;
        using var enough = new CancellationTokenSource(Patience);
        var late = Task.Delay(Timeout.Infinite, enough.Token);
        var first = await Task.WhenAny(slot.Ready, slot.Lost, late);
        if (first == slot.Ready)
            return await slot.Ready;
        throw first == slot.Lost
            ? Gone(await slot.Lost)
            : new ControlException(
                ControlFailure.NotConnected, $"QEMU is still starting: its monitor has not answered within {Patience.TotalSeconds:0} s");
    }

    /// <summary>Runs something on the monitor; what QEMU answers to it becomes our error.</summary>
    public async Task<T> AskAsync<T>(Func<QmpClient, Task<T>> question)
    {
        var monitor = await GetAsync();
        try
        {
            return await question(monitor);
        }
        catch (QmpException error)
        {
            throw Translate(error);
        }
    }

    /// <inheritdoc cref="AskAsync{T}(Func{QmpClient, Task{T}})"/>
    public Task TellAsync(Func<QmpClient, Task> command) => AskAsync(async monitor =>
    {
        await command(monitor);
        return true;
    });

    /// <summary>QEMU's failure as ours, its own words kept.</summary>
    public static ControlException Translate(QmpException error) => error is QmpDisconnectedException gone
        ? new ControlException(ControlFailure.NotConnected, $"the connection to QEMU has ended: {gone.End.Text}", error)
        : new ControlException(ControlFailure.QemuFailed, error.Message, error);

    private static ControlException Gone(string reason) => new(ControlFailure.NotConnected, $"QEMU is gone: {reason}");
}
