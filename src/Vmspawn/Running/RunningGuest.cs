using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Control.Service;
using Vmspawn.Guests;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>The way into the guest of a machine of another process: through its owner, with a connection for each command.</summary>
/// <param name="entry">The machine.</param>
/// <param name="answerTime">The time limit for an answer of the owner.</param>
internal sealed class RunningGuest(MachineEntry entry, TimeSpan answerTime) : IGuestTransport
{
    /// <summary>The channel of the owner that has answered; empty before.</summary>
    public string Name { get; private set; } = "";

    // Asked each time: the guest may have restarted.
    public bool IsReady => false;

    public async Task WaitAsync(CancellationToken cancel)
    {
        var machine = await OpenAsync(cancel).ConfigureAwait(false);
        await using var machineDisposal = machine.ConfigureAwait(false);
        using var reply = await machine.CallAsync($"{ControlInterfaces.GuestName}.WaitChannel", limit: Timeout.InfiniteTimeSpan, cancellationToken: cancel).ConfigureAwait(false);
        Name = reply.Parameters.Text("name") ?? "";
    }

    public async Task<GuestProcess> StartAsync(GuestCommand command, bool hasInput, CancellationToken cancel)
    {
        var machine = await OpenAsync(cancel).ConfigureAwait(false);
        try
        {
            return await RunningProcess.StartAsync(machine, this, command, hasInput, cancel).ConfigureAwait(false);
        }
        catch
        {
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Connects.</summary>
    /// <exception cref="RunningMachineException">It has ended, or its owner is of systemd or does not answer.</exception>
    public async Task<MachineConnection> OpenAsync(CancellationToken cancel)
    {
        var machine = await MachineConnection.TryOpenAsync(entry, answerTime, cancel).ConfigureAwait(false)
            ?? throw RunningMachineErrors.Gone(entry.Name);
        machine.Require(ControlInterfaces.GuestName, "runs no commands in its guest");
        return machine;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A command in the guest of a machine of another process.</summary>
internal sealed class RunningProcess : GuestProcess
{
    private readonly MachineConnection _machine;
    private readonly RunningGuest _guest;
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundTasks _background;
    private readonly DescriptorStream?[] _streams;

    private RunningProcess(MachineConnection machine, RunningGuest guest, DescriptorStream?[] streams)
    {
        (_machine, _guest, _streams) = (machine, guest, streams);
        // The reasons are in Exited and in what the caller reads.
        _background = new BackgroundTasks((_, why) => Fail(why));
    }

    public override Stream Input => _streams[0] ?? Stream.Null;

    public override Stream Output => _streams[1]!;

    public override Stream Error => _streams[2]!;

    public override Task<int> Exited => _exit.Task;

    /// <param name="machine">The connection, owned from now on if this succeeds.</param>
    /// <param name="guest">For further connections.</param>
    /// <param name="command">The command.</param>
    /// <param name="hasInput">It has a standard input.</param>
    /// <param name="cancel">Cancels the start.</param>
    public static async Task<GuestProcess> StartAsync(MachineConnection machine, RunningGuest guest, GuestCommand command, bool hasInput, CancellationToken cancel)
    {
        using var input = hasInput ? Pipe.Create() : null;
        using var output = Pipe.Create();
        using var error = Pipe.Create();
        List<SafeHandle> theirs = [output.WriteEnd, error.WriteEnd];
        if (input is not null)
            theirs.Add(input.ReadEnd);
        var process = new RunningProcess(machine, guest, [input is null ? null : Ours(input.WriteEnd), Ours(output.ReadEnd), Ours(error.ReadEnd)]);
        var replies = machine.CallMoreAsync($"{ControlInterfaces.GuestName}.Execute", writer => Write(writer, command, hasInput), theirs, process._background.Stop);
        process._background.Run("follow a command in the guest", async stop => await process.FollowAsync(replies).ConfigureAwait(false));
        try
        {
            await process._started.Task.WaitAsync(cancel).ConfigureAwait(false);
            return process;
        }
        catch
        {
            await process._background.DisposeAsync().ConfigureAwait(false);
            foreach (var stream in process._streams)
                stream?.Dispose();
            throw;
        }
    }

    public override void Send(Signal signal) => Change("send a signal to a command in the guest", "Signal", writer => writer.WriteNumber("signal"u8, (int)signal));

    public override void Resize(WindowSize size) => Change("change the size of a command's terminal", "Resize", writer =>
    {
        writer.WriteNumber("rows"u8, size.Rows);
        writer.WriteNumber("columns"u8, size.Columns);
    });

    public override async ValueTask DisposeAsync()
    {
        // The owner kills a command whose client is gone.
        await _background.DisposeAsync().ConfigureAwait(false);
        await _machine.DisposeAsync().ConfigureAwait(false);
        foreach (var stream in _streams)
            stream?.Dispose();
        Fail(new ObjectDisposedException(nameof(GuestProcess)));
    }

    private static DescriptorStream Ours(SafeFileHandle end) => new(OpenFile.Duplicate(end));

    private static void Write(Utf8JsonWriter writer, GuestCommand command, bool hasInput)
    {
        writer.WriteString("program"u8, command.Program);
        writer.WriteStartArray("arguments"u8);
        foreach (var argument in command.Arguments)
            writer.WriteStringValue(argument);
        writer.WriteEndArray();
        writer.WriteStartObject("environment"u8);
        foreach (var (name, value) in command.Environment)
            writer.WriteString(name, value);
        writer.WriteEndObject();
        if (command.WorkingDirectory is { } directory)
            writer.WriteString("directory"u8, directory);
        if (command.User is { } user)
            writer.WriteString("user"u8, user);
        if (command.Terminal is { } terminal)
        {
            writer.WriteStartObject("terminal"u8);
            writer.WriteNumber("rows"u8, terminal.Size.Rows);
            writer.WriteNumber("columns"u8, terminal.Size.Columns);
            writer.WriteString("type"u8, terminal.Type);
            writer.WriteEndObject();
        }

        writer.WriteBoolean("bulk"u8, command.IsBulk);
        writer.WriteNumber("stdout"u8, 0);
        writer.WriteNumber("stderr"u8, 1);
        if (hasInput)
            writer.WriteNumber("stdin"u8, 2);
    }

    private async Task FollowAsync(IAsyncEnumerable<VarlinkReply> replies)
    {
        try
        {
            await foreach (var reply in replies.ConfigureAwait(false))
            {
                using (reply)
                {
                    if (reply.Parameters.Number("id") is { } id)
                        _started.TrySetResult(id);
                    if (reply.Parameters.Number("status") is { } status)
                        _exit.TrySetResult((int)status);
                }
            }

            Fail(new GuestChannelException("the machine's owner has not told how the command has ended"));
        }
        catch (VarlinkErrorException refusal) when (refusal.Name == $"{ControlInterfaces.GuestName}.NoChannel")
        {
            Fail(new GuestChannelException(refusal.Parameters.Text("reason") ?? "no channel into the guest answers", refusal));
        }
        catch (Exception error) when (RunningMachineErrors.Of(_machine.Name, error) is { } known)
        {
            Fail(known);
        }
    }

    private void Fail(Exception why)
    {
        _started.TrySetException(why);
        _exit.TrySetException(why);
        // Nobody has to wait for them.
        _ = (_started.Task.Exception, _exit.Task.Exception);
    }

    private void Change(string what, string method, Action<Utf8JsonWriter> parameters) => _background.Run(what, async stop =>
    {
        try
        {
            var id = await _started.Task.WaitAsync(stop).ConfigureAwait(false);
            var machine = await _guest.OpenAsync(stop).ConfigureAwait(false);
            await using var machineDisposal = machine.ConfigureAwait(false);
            using var reply = await machine.CallAsync($"{ControlInterfaces.GuestName}.{method}", writer =>
            {
                writer.WriteNumber("id"u8, id);
                parameters(writer);
            }, cancellationToken: stop).ConfigureAwait(false);
        }
        catch (RunningMachineException)
        {
            // The command has ended, or its machine: Exited tells.
        }
    });
}

/// <summary>Ends waits for the guest of a machine of another process, whose owner ends them when the machine ends.</summary>
internal sealed class RunningWatch : IGuestWatch
{
    // The limits are upper bounds, and the processors may be emulated.
    public double Factor => 10;

    public TimeSpan DefaultLimit => TimeSpan.FromMinutes(10);

    public async Task<T> RunAsync<T>(string awaited, TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit < TimeSpan.FromDays(1))
            stop.CancelAfter(limit);
        try
        {
            return await work(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VmTimeoutException(awaited, limit, "");
        }
    }
}
