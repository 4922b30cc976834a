using System.Collections.Concurrent;
using System.Text.Json;
using Vmspawn.Guests;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary><c>org.vmspawn.Guest</c>: commands in the guest for other processes.</summary>
internal sealed class GuestService(GuestTransports transports)
{
    /// <summary>Output that a process which was left running may still write is not waited for any longer.</summary>
    private static readonly TimeSpan LeftOutputBound = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<long, GuestProcess> _running = new();
    private long _last;

    public VarlinkImplementation Create() => new VarlinkImplementation(ControlInterfaces.Guest)
        .On("WaitChannel", Guarded(WaitChannelAsync))
        .On("Execute", Guarded(ExecuteAsync))
        .On("Signal", Guarded(call => ChangeAsync(call, process => process.Send((Signal)call.Parameters.GetProperty("signal"u8).GetInt32()))))
        .On("Resize", Guarded(call => ChangeAsync(call, process => process.Resize(Size(call.Parameters)))));

    private static VarlinkHandler Guarded(Func<VarlinkCall, Task> method) => async call =>
    {
        try
        {
            await method(call).ConfigureAwait(false);
        }
        catch (GuestChannelException failure)
        {
            throw new VarlinkErrorException($"{ControlInterfaces.GuestName}.NoChannel", error => error.WriteString("reason"u8, failure.Message));
        }
    };

    private static WindowSize Size(JsonElement from) =>
        new((ushort)from.GetProperty("rows"u8).GetInt32(), (ushort)from.GetProperty("columns"u8).GetInt32());

    private static GuestCommand Command(VarlinkCall call)
    {
        var command = new GuestCommand(call.Parameters.GetProperty("program"u8).GetString()!, [.. call.Parameters.Texts("arguments")])
        {
            Environment = call.Optional("environment") is { } variables
                ? variables.EnumerateObject().ToDictionary(variable => variable.Name, variable => variable.Value.GetString()!, StringComparer.Ordinal)
                : new Dictionary<string, string>(),
            WorkingDirectory = call.OptionalText("directory"),
            User = call.OptionalText("user"),
            Terminal = call.Optional("terminal") is { } terminal ? new GuestTerminal(Size(terminal), terminal.GetProperty("type"u8).GetString()!) : null,
            IsBulk = call.OptionalFlag("bulk") ?? false,
        };
        try
        {
            command.Validate();
            return command;
        }
        catch (ArgumentException wrong)
        {
            throw new GuestChannelException(wrong.Message, wrong);
        }
    }

    private static DescriptorStream? TakeStream(VarlinkCall call, string parameter)
    {
        if (call.Optional(parameter) is not { } index)
            return null;
        if (!call.Descriptors.TryTake(index.GetInt64(), out var descriptor))
            throw ServiceErrors.InvalidParameter(parameter);
        try
        {
            return new DescriptorStream(descriptor);
        }
        catch (LinuxException)
        {
            // A regular file cannot be waited for.
            throw ServiceErrors.InvalidParameter(parameter);
        }
    }

    private async Task WaitChannelAsync(VarlinkCall call)
    {
        transports.RequireAny();
        await transports.WaitAsync(call.Cancellation).ConfigureAwait(false);
        await call.ReplyAsync(reply => reply.WriteString("name"u8, transports.Name)).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(VarlinkCall call)
    {
        var input = TakeStream(call, "stdin");
        await using var inputDisposal = (input ?? Stream.Null).ConfigureAwait(false);
        var output = TakeStream(call, "stdout");
        await using var outputDisposal = (output ?? Stream.Null).ConfigureAwait(false);
        var error = TakeStream(call, "stderr");
        await using var errorDisposal = (error ?? Stream.Null).ConfigureAwait(false);
        var process = await transports.StartAsync(Command(call), input is not null, call.Cancellation).ConfigureAwait(false);
        await using var processDisposal = process.ConfigureAwait(false);
        var id = Interlocked.Increment(ref _last);
        _running[id] = process;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        // The input may be open longer than the command runs.
        var feeding = input is null ? Task.CompletedTask : FeedAsync(input, process, stop.Token);
        var streams = Task.WhenAll(DrainAsync(process.Output, output, stop.Token), DrainAsync(process.Error, error, stop.Token));
        try
        {
            await call.ContinueAsync(reply => reply.WriteNumber("id"u8, id)).ConfigureAwait(false);
            var status = await process.Exited.WaitAsync(call.Cancellation).ConfigureAwait(false);
            await streams.WaitAsync(LeftOutputBound, call.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await call.ReplyAsync(reply => reply.WriteNumber("status"u8, status)).ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(id, out _);
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(feeding, streams).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ChangeAsync(VarlinkCall call, Action<GuestProcess> change)
    {
        if (!_running.TryGetValue(call.Parameters.GetProperty("id"u8).GetInt64(), out var process))
            throw new VarlinkErrorException($"{ControlInterfaces.GuestName}.NoSuchCommand");
        change(process);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    private static async Task FeedAsync(Stream input, GuestProcess process, CancellationToken stop)
    {
        await input.CopyToAsync(process.Input, 512 << 10, stop).ConfigureAwait(false);
        await process.Input.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Passes output on; when the client reads no more, it is read without a use, so that the command runs on.</summary>
    private static async Task DrainAsync(Stream from, Stream? to, CancellationToken stop)
    {
        try
        {
            if (to is not null)
                await from.CopyToAsync(to, 64 << 10, stop).ConfigureAwait(false);
        }
        catch (LinuxException)
        {
            // EPIPE
        }

        await from.CopyToAsync(Stream.Null, stop).ConfigureAwait(false);
        if (to is not null)
            await to.DisposeAsync().ConfigureAwait(false);
    }
}
