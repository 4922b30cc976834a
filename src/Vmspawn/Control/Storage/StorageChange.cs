using Vmspawn.Linux;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary>
/// A change of the VM's disks that a client requested: its steps in QEMU, and how to undo them when a later step fails.
/// </summary>
/// <remarks>
/// QEMU may still carry out a step that it does not answer in time, so the client gets that error, and the change
/// waits until QEMU answers or the monitor ends. Only then are names, ports and nodes released: a time-out is not an answer.
/// </remarks>
internal sealed class StorageChange
{
    /// <summary>The time limit for a step, after which the client gets an error.</summary>
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(10);

    /// <summary>The time limit for all steps together: less than the clients' own time-outs.</summary>
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromSeconds(25);

    private readonly string _subject;
    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly Stack<Func<Task>> _undo = new();
    private readonly TaskCompletionSource<VmControlException> _overdue = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StorageChange(string subject, TimeProvider clock)
    {
        _subject = subject;
        _clock = clock;
        _started = clock.GetTimestamp();
    }

    /// <summary>For commands whose effect must be known: they end with QEMU's answer, or with the monitor.</summary>
    public static QmpCallOptions NoLimit { get; } = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The client has got the error that QEMU does not answer.</summary>
    public bool IsGivenUp => _overdue.Task.IsCompleted;

    /// <summary>Carries a change out.</summary>
    /// <param name="subject">The disk, for messages.</param>
    /// <param name="work">The steps.</param>
    /// <param name="clock">For the limit.</param>
    /// <param name="background">Runs the rest after the client has got the error.</param>
    /// <exception cref="VmControlException">It failed and is undone, or QEMU does not answer.</exception>
    public static async Task<T> RunAsync<T>(
        string subject, Func<StorageChange, Task<T>> work, TimeProvider clock, BackgroundTasks background)
    {
        var change = new StorageChange(subject, clock);
        var running = change.WorkAsync(work);
        if (await Task.WhenAny(running, change._overdue.Task).ConfigureAwait(false) == running)
            return await running.ConfigureAwait(false);
        background.Run(subject, _ => running);
        throw await change._overdue.Task.ConfigureAwait(false);
    }

    /// <summary>Does a step, unless the change has been given up.</summary>
    /// <param name="step">Its name, for messages.</param>
    /// <param name="command">Sends its command with the given options.</param>
    /// <param name="undo">Undoes the step; null when there is nothing to undo.</param>
    /// <exception cref="QmpCommandException">QEMU refused the command, which had no effect.</exception>
    public async Task<T> StepAsync<T>(string step, Func<QmpCallOptions, Task<T>> command, Func<T, Task>? undo = null)
    {
        ThrowIfGivenUp();
        var result = await AnswerAsync(step, command(NoLimit)).ConfigureAwait(false);
        if (undo is not null)
            _undo.Push(() => undo(result));
        return result;
    }

    /// <inheritdoc cref="StepAsync{T}"/>
    public Task StepAsync(string step, Func<QmpCallOptions, Task> command, Func<Task>? undo = null) => StepAsync(
        step,
        async call =>
        {
            await command(call).ConfigureAwait(false);
            return true;
        },
        undo is null ? null : _ => undo());

    /// <summary>Plugs a device in.</summary>
    /// <exception cref="QmpCommandException">QEMU refused it.</exception>
    public Task AddDeviceAsync(QmpClient qemu, QemuDevice device) =>
        StepAsync("device_add", call => qemu.DeviceAddAsync(device.Driver, device.Id, bus: null, device.WriteProperties, call));

    /// <summary>Does a step behind the point of no return, also when the change has been given up.</summary>
    public Task CompleteAsync(string step, Func<QmpCallOptions, Task> command) => AnswerAsync(step, Waiting(command(NoLimit)));

    /// <summary>Adds an undo step, run if a later step fails.</summary>
    public void OnFailure(Func<Task> undo) => _undo.Push(undo);

    /// <inheritdoc cref="OnFailure(Func{Task})"/>
    public void OnFailure(Action undo) => OnFailure(() =>
    {
        undo();
        return Task.CompletedTask;
    });

    /// <summary>Keeps the steps done so far: they are not undone any more.</summary>
    public void Keep() => _undo.Clear();

    /// <exception cref="VmControlException">The client has got the error that the change is abandoned.</exception>
    public void ThrowIfGivenUp()
    {
        if (IsGivenUp)
            throw new VmControlException(VmControlFailure.TimedOut, "QEMU has answered at last, and what was begun is undone") { Errno = Errno.ETIMEDOUT };
    }

    private async Task<T> WorkAsync<T>(Func<StorageChange, Task<T>> work)
    {
        try
        {
            return await work(this).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            throw await UnwindAsync(MonitorAccess.Translate(cause)).ConfigureAwait(false);
        }
    }

    /// <summary>Undoes everything, whatever fails meanwhile.</summary>
    /// <returns>The reason, with what could not be undone added.</returns>
    private async Task<VmControlException> UnwindAsync(VmControlException cause)
    {
        var left = new List<string>();
        while (_undo.TryPop(out var undo))
        {
            try
            {
                await AnswerAsync("a step that undoes the change", Waiting(undo())).ConfigureAwait(false);
            }
            catch (Exception end) when (end is QmpDisconnectedException or OperationCanceledException)
            {
                // Without a monitor, or at the control server's end, QEMU's state is out of reach, and no further request can use it.
            }
            catch (Exception error)
            {
                left.Add(error.Message);
            }
        }

        return left.Count == 0
            ? cause
            : new VmControlException(cause.Failure, $"{cause.Message}; not all of it could be undone: {string.Join("; ", left)}", cause)
            {
                Errno = cause.Errno,
            };
    }

    /// <summary>Waits for an answer without a limit. After the limit the client gets an error.</summary>
    private async Task<T> AnswerAsync<T>(string step, Task<T> answer)
    {
        var left = ChangeLimit - _clock.GetElapsedTime(_started);
        var limit = left < StepLimit ? TimeSpan.FromTicks(Math.Max(left.Ticks, 0)) : StepLimit;
        await ((Task)answer).WaitAsync(limit, _clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!answer.IsCompleted)
        {
            _overdue.TrySetResult(new VmControlException(
                VmControlFailure.TimedOut,
                $"QEMU has not answered {step} of {_subject} within {limit.TotalSeconds:0} s; the request is given up, and what was begun " +
                "is undone or completed when QEMU answers (until then the name and the port stay taken; vmspawn status shows them)")
            {
                Errno = Errno.ETIMEDOUT,
            });
        }

        return await answer.ConfigureAwait(false);
    }

    private static async Task<bool> Waiting(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }
}
