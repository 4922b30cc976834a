using System.Diagnostics;
using System.Text;
using Vmspawn.Guests;

namespace Vmspawn;

/// <summary>
/// The system in a machine: commands, files, readiness. Commands go through a root shell, which is reached by a virtio port or by ssh
/// (<see cref="Options.VmOptions.GuestChannel"/>). All members may be used from any thread.
/// </summary>
public sealed class Guest
{
    private const UnixFileMode UsualMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly IGuestTransport _transport;
    private readonly IGuestWatch _watch;
    private readonly Func<CancellationToken, Task<bool>> _hasReported;

    /// <param name="transport">The way into it.</param>
    /// <param name="watch">Ends waits: at the time limit, at the machine's end.</param>
    /// <param name="hasReported">Whether the guest has reported that it is ready.</param>
    internal Guest(IGuestTransport transport, IGuestWatch watch, Func<CancellationToken, Task<bool>> hasReported)
    {
        _transport = transport;
        _watch = watch;
        _hasReported = hasReported;
    }

    /// <summary>
    /// The channel that commands use now: <c>shell</c>; <c>agent</c> for the same shell when qemu-guest-agent has started it; <c>ssh</c>. Empty while none answers. For a
    /// machine of another process it is what the last wait or command has used.
    /// </summary>
    public string Channel => _transport.Name;

    /// <summary>Waits for something in the guest.</summary>
    /// <param name="awaited">What is waited for.</param>
    /// <param name="timeout">The time limit; null is the default of <paramref name="awaited"/>, times <see cref="VmStartOptions.EmulationFactor"/> without KVM.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmTimeoutException">It did not happen within the time limit.</exception>
    /// <exception cref="VmPanicException">The guest's kernel panicked first.</exception>
    /// <exception cref="VmEndedException">The machine ended first.</exception>
    /// <exception cref="GuestWaitException">It cannot happen any more: the unit has failed.</exception>
    public Task WaitAsync(GuestWait awaited, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(awaited);
        return _watch.RunAsync(awaited.What, timeout ?? (awaited.DefaultTimeout * _watch.Factor), async cancel =>
        {
            await awaited.WaitAsync(this, cancel).ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    /// <summary>Runs a command to its end.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>What it did, whatever its status.</returns>
    /// <exception cref="GuestChannelException">The connection to it was lost.</exception>
    /// <inheritdoc cref="StartAsync"/>
    /// <exception cref="VmTimeoutException">No channel has answered, or it has not ended within the time limit and was killed.</exception>
    public async Task<GuestResult> RunAsync(GuestCommand command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var began = Stopwatch.GetTimestamp();
        var input = new MemoryStream(command.Input.ToArray());
        var status = await RunAsync(command, command.Input.IsEmpty ? null : input, output, error, cancellationToken).ConfigureAwait(false);
        return new GuestResult(status, Text(output), Text(error), Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Runs a command to its end with streams of the caller.</summary>
    /// <param name="command">The command; its <see cref="GuestCommand.Input"/> is not used.</param>
    /// <param name="input">Its standard input, read to its end; null for an empty one.</param>
    /// <param name="output">Receives its standard output.</param>
    /// <param name="error">Receives its standard error.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>Its exit status.</returns>
    /// <inheritdoc cref="RunAsync(GuestCommand, CancellationToken)"/>
    public async Task<int> RunAsync(GuestCommand command, Stream? input, Stream output, Stream error, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        await AnswersAsync(cancellationToken).ConfigureAwait(false);
        return await _watch.RunAsync($"the end of {command} in the guest", command.Timeout ?? _watch.DefaultLimit, async cancel =>
        {
            var process = await _transport.StartAsync(Checked(command), input is not null, cancel).ConfigureAwait(false);
            await using var processDisposal = process.ConfigureAwait(false);
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            List<Task> streams = [CopyAsync(process.Output, output, late.Token), CopyAsync(process.Error, error, late.Token)];
            if (input is not null)
                streams.Add(FeedAsync(process, input, late.Token));
            var exited = process.Exited.WaitAsync(late.Token);
            try
            {
                await FirstFailureAsync([.. streams], exited).ConfigureAwait(false);
                var status = await exited.ConfigureAwait(false);
                // A process that it has left running may hold the streams.
                late.CancelAfter(LeftOutputBound * _watch.Factor);
                await Task.WhenAll(streams).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return streams.Find(stream => stream.IsFaulted) is { } failed ? await RethrowAsync(failed).ConfigureAwait(false) : status;
            }
            finally
            {
                await late.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll([.. streams, exited]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a line of the guest's <c>/bin/sh</c>, whose status must be 0.</summary>
    /// <param name="line">The line.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>Its standard output without the last line feed.</returns>
    /// <exception cref="GuestCommandException">Its status is not 0; the message has what it wrote.</exception>
    /// <inheritdoc cref="RunAsync(GuestCommand, CancellationToken)"/>
    public async Task<string> ShellAsync(string line, CancellationToken cancellationToken = default)
    {
        var output = (await CheckAsync(GuestCommand.Shell(line), cancellationToken).ConfigureAwait(false)).Output;
        return output.EndsWith('\n') ? output[..^1] : output;
    }

    /// <summary>
    /// Makes the guest's clock jump, by date(1) of its root user, to a whole second. A guest that synchronises its clock sets it right again after a while; its real-time clock is not
    /// changed.
    /// </summary>
    /// <param name="by">How far; backwards if negative.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="GuestCommandException">The guest refuses; the message has what it wrote.</exception>
    /// <inheritdoc cref="RunAsync(GuestCommand, CancellationToken)"/>
    public Task ShiftClockAsync(TimeSpan by, CancellationToken cancellationToken = default) =>
        ShellAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"date -s \"@$(($(date +%s) + ({(long)by.TotalSeconds})))\""), cancellationToken);

    /// <summary>Starts a command, whose streams the caller reads and writes while it runs.</summary>
    /// <param name="command">The command; its input and time limit are not used.</param>
    /// <param name="cancellationToken">Ends the wait for a channel.</param>
    /// <exception cref="ArgumentException">A part of the command cannot be passed to a program.</exception>
    /// <exception cref="VmTimeoutException">No channel has answered within the time limit.</exception>
    /// <exception cref="VmPanicException">The guest's kernel panicked first.</exception>
    /// <exception cref="VmEndedException">The machine ended first.</exception>
    /// <exception cref="GuestChannelException">The machine was started without a channel.</exception>
    public async Task<GuestProcess> StartAsync(GuestCommand command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        await AnswersAsync(cancellationToken).ConfigureAwait(false);
        return await _transport.StartAsync(Checked(command), true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a file; a regular file is replaced in one step when all of it has arrived.</summary>
    /// <param name="path">Its absolute path in the guest.</param>
    /// <param name="content">Its content.</param>
    /// <param name="mode">Its mode; null is 0644.</param>
    /// <param name="cancellationToken">Cancels it; the former file stays.</param>
    /// <exception cref="GuestCommandException">It cannot be written.</exception>
    /// <inheritdoc cref="StartAsync"/>
    public async Task WriteFileAsync(string path, ReadOnlyMemory<byte> content, UnixFileMode? mode = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var bytes = new MemoryStream(content.ToArray());
        await GuestFiles.WriteAsync(this, path, bytes, mode ?? UsualMode, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its absolute path in the guest.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="GuestCommandException">It cannot be read.</exception>
    /// <inheritdoc cref="StartAsync"/>
    public async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var bytes = new MemoryStream();
        await GuestFiles.ReadAsync(this, path, bytes, cancellationToken).ConfigureAwait(false);
        return bytes.ToArray();
    }

    /// <summary>Copies a file, or a directory with all that is in it, into the guest. Owners are root, modes stay.</summary>
    /// <param name="hostPath">What is copied.</param>
    /// <param name="guestPath">An existing directory, in which it keeps its name, or the absolute path that it gets.</param>
    /// <param name="cancellationToken">Cancels it; a part of a directory may have been copied.</param>
    /// <exception cref="GuestCommandException">It cannot be written in the guest.</exception>
    /// <exception cref="IOException">It cannot be read on the host.</exception>
    /// <inheritdoc cref="StartAsync"/>
    public Task CopyInAsync(string hostPath, string guestPath, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(hostPath);
        ArgumentException.ThrowIfNullOrEmpty(guestPath);
        return GuestFiles.CopyInAsync(this, hostPath, guestPath, cancellationToken);
    }

    /// <summary>Copies a file, or a directory with all that is in it, out of the guest. Owners are this process's user, modes stay.</summary>
    /// <param name="guestPath">The absolute path of what is copied.</param>
    /// <param name="hostPath">An existing directory, in which it keeps its name, or the path that it gets.</param>
    /// <param name="cancellationToken">Cancels it; a part of a directory may have been copied.</param>
    /// <exception cref="GuestCommandException">It cannot be read in the guest.</exception>
    /// <exception cref="IOException">It cannot be written on the host.</exception>
    /// <inheritdoc cref="StartAsync"/>
    public Task CopyOutAsync(string guestPath, string hostPath, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(guestPath);
        ArgumentException.ThrowIfNullOrEmpty(hostPath);
        return GuestFiles.CopyOutAsync(this, guestPath, hostPath, cancellationToken);
    }

    /// <summary>Completes when a channel answers.</summary>
    internal Task AnswersAsync(CancellationToken cancellationToken)
    {
        if (_transport is GuestTransports own)
            own.RequireAny();
        // Another process's machine is asked each time.
        return _transport.IsReady ? Task.CompletedTask : WaitAsync(GuestWait.Channel, null, cancellationToken);
    }

    internal Task ChannelAsync(CancellationToken cancel) => _transport.WaitAsync(cancel);

    internal Task<bool> HasReportedAsync(CancellationToken cancel) => _hasReported(cancel);

    /// <summary>Runs a command whose status must be 0.</summary>
    internal async Task<GuestResult> CheckAsync(GuestCommand command, CancellationToken cancellationToken)
    {
        var result = await RunAsync(command, cancellationToken).ConfigureAwait(false);
        return result.IsSuccess ? result : throw new GuestCommandException(command, result);
    }

    /// <summary>How long output is waited for after a command's end.</summary>
    private static TimeSpan LeftOutputBound => TimeSpan.FromSeconds(2);

    private static GuestCommand Checked(GuestCommand command)
    {
        command.Validate();
        return command;
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancel)
    {
        await from.CopyToAsync(to, cancel).ConfigureAwait(false);
        await to.FlushAsync(cancel).ConfigureAwait(false);
    }

    private static async Task FeedAsync(GuestProcess process, Stream input, CancellationToken cancel)
    {
        var buffer = new byte[512 << 10];
        while (await input.ReadAsync(buffer, cancel).ConfigureAwait(false) is > 0 and var count)
        {
            try
            {
                await process.Input.WriteAsync(buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // It has ended, or has closed its input.
                return;
            }
        }

        await process.Input.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Returns when the command has ended, or fails with the first stream that fails.</summary>
    private static async Task FirstFailureAsync(List<Task> streams, Task exited)
    {
        while (!exited.IsCompleted && streams.Count > 0)
        {
            var first = await Task.WhenAny([.. streams, exited]).ConfigureAwait(false);
            if (first == exited)
                return;
            streams.Remove(first);
            await first.ConfigureAwait(false);
        }
    }

    private static async Task<int> RethrowAsync(Task failed)
    {
        await failed.ConfigureAwait(false);
        return 0;
    }

    private static string Text(MemoryStream bytes) => Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
}
