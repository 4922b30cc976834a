using System.Runtime.CompilerServices;
using System.Text.Json;
using Vmspawn.Control.MonitorShare;
using Vmspawn.Control.Service;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qmp;
using Vmspawn.Supervise;
using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>An event of a machine of another process.</summary>
/// <param name="Name">QEMU's name for it; the first event of a subscription is <c>READY</c>.</param>
/// <param name="Data">Its data, or null.</param>
/// <param name="Json">The whole object as the server sent it.</param>
public sealed record RunningMachineEvent(string Name, JsonElement? Data, JsonElement Json);

/// <summary>
/// A running machine that another process owns, of vmspawn or systemd-vmspawn, through its control socket. Disposing it closes the connection and does
/// not affect the machine. All members may be used from any thread.
/// </summary>
public sealed class RunningMachine : IAsyncDisposable
{
    /// <summary>The socket of an ended machine may exist until its cleanup is done.</summary>
    private static readonly TimeSpan TidyTime = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan TidyPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan UsualRestartTime = TimeSpan.FromMinutes(5);

    private readonly MachineConnection _machine;

    private RunningMachine(MachineConnection machine, RunningMachineOptions options) =>
        (_machine, Disks, Guest) = (machine, new RunningDisks(machine, options), new Guest(new RunningGuest(machine.Entry, options.AnswerTime), new RunningWatch(), IsReadyAsync));

    /// <summary>Its name.</summary>
    public string Name => _machine.Name;

    /// <summary>Its runtime directory.</summary>
    public string RuntimeDirectory => _machine.Entry.Directory;

    /// <summary>The product and version of the program that owns it, such as <c>systemd-vmspawn 262</c>.</summary>
    public string Server => _machine.Server;

    /// <summary>The process that owns it.</summary>
    public int ProcessId => _machine.Process;

    /// <summary>Whether the owner is vmspawn or a program with its library, which offers more than systemd-vmspawn.</summary>
    public bool IsVmspawn => _machine.IsOurs;

    /// <summary>Its disks.</summary>
    public RunningDisks Disks { get; }

    /// <summary>The system in it: commands, files, readiness. Its methods fail with <see cref="RunningMachineException"/> when the machine ends.</summary>
    public Guest Guest { get; }

    /// <summary>The names of the machines that run, sorted.</summary>
    /// <param name="options">Where to look; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<IReadOnlyList<string>> ListAsync(RunningMachineOptions? options = null, CancellationToken cancellationToken = default)
    {
        var how = options ?? new RunningMachineOptions();
        return new MachineSearch(how.Places, how.AnswerTime).NamesAsync(cancellationToken);
    }

    /// <summary>The states of the machines that run, sorted by name; one that cannot be queried is included, with the reason as its state.</summary>
    /// <param name="options">Where to look; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RunningMachineException">The directory of a given scope is another user's.</exception>
    public static async Task<IReadOnlyList<RunningMachineStatus>> ListStatusAsync(RunningMachineOptions? options = null, CancellationToken cancellationToken = default)
    {
        var how = options ?? new RunningMachineOptions();
        var places = how.Places;
        if (how.Scope != RuntimeScope.Auto && places.Closed is [var closed, ..])
            throw RunningMachineErrors.Closed(closed);
        var asked = await Task.WhenAll(places.Entries().Select(entry => TryAskAsync(entry, how.AnswerTime, cancellationToken))).ConfigureAwait(false);
        return [.. asked.OfType<RunningMachineStatus>()];
    }

    /// <summary>Connects to a machine by its name, or by the name of its image if only one ephemeral machine of that image runs.</summary>
    /// <param name="name">The name.</param>
    /// <param name="options">Where to look; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RunningMachineException">No such machine runs, or it does not answer, or it is another user's.</exception>
    public static async Task<RunningMachine> OpenAsync(string name, RunningMachineOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var how = options ?? new RunningMachineOptions();
        // A text that is no name must not become a path.
        if (!MachineNameText.IsValid(name))
            throw RunningMachineErrors.Missing(name, "it is not the name of a machine");
        return new RunningMachine(await new MachineSearch(how.Places, how.AnswerTime).OpenAsync(name, cancellationToken).ConfigureAwait(false), how);
    }

    /// <summary>Its state.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task<RunningMachineStatus> GetStatusAsync(CancellationToken cancellationToken = default) => RunningMachineStatus.AskAsync(_machine, cancellationToken);

    /// <summary>Its root ports.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed; systemd-vmspawn's server lists none.</exception>
    public async Task<IReadOnlyList<RunningPort>> ListPortsAsync(CancellationToken cancellationToken = default)
    {
        _machine.Require(ControlInterfaces.Ours, "does not list its root ports");
        using var reply = await _machine.CallAsync($"{ControlInterfaces.Ours}.ListPorts", cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. reply.Parameters.Items("ports").Select(RunningPort.Of)];
    }

    /// <summary>Presses its power button; returns when that is done. Nothing is forced if the guest does not power off.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task PowerOffAsync(CancellationToken cancellationToken = default) => RunAsync("PowerOff", cancellationToken);

    /// <summary>Ends it without the guest's consent.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public async Task TerminateAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await RunAsync("Terminate", cancellationToken).ConfigureAwait(false);
        }
        catch (RunningMachineException e) when (e.Failure == RunningMachineFailure.Ended)
        {
            // The machine ended before it could answer.
        }
    }

    /// <summary>Stops its processors.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task PauseAsync(CancellationToken cancellationToken = default) => RunAsync("Pause", cancellationToken);

    /// <summary>Starts its processors again.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task ResumeAsync(CancellationToken cancellationToken = default) => RunAsync("Resume", cancellationToken);

    /// <summary>Resets the guest.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task ResetAsync(CancellationToken cancellationToken = default) => RunAsync("Reboot", cancellationToken);

    /// <summary>
    /// Ends it, and waits until its owner has started it again with the same options: the guest is asked to power off, and ended by force after 90 s. Afterwards this object can only be disposed.
    /// </summary>
    /// <param name="force">Ends it without asking the guest.</param>
    /// <param name="timeout">The time limit of the wait; null is five minutes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">Its owner does not start it again, or the second start has failed, with the reason.</exception>
    public async Task RestartAsync(bool force = false, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        _machine.Require(ControlInterfaces.Ours, "does not start machines again");
        using var answer = Pipe.Create();
        using (await _machine.CallAsync(
            $"{ControlInterfaces.Ours}.Restart",
            writer =>
            {
                writer.WriteNumber("fileDescriptorIndex"u8, 0);
                writer.WriteBoolean("force"u8, force);
            },
            [answer.WriteEnd],
            cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            answer.WriteEnd.Dispose();
        }

        var limit = timeout ?? UsualRestartTime;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            using var reader = new StreamReader(new DescriptorStream(OpenFile.Duplicate(answer.ReadEnd)));
            var text = await reader.ReadToEndAsync(timer.Token).ConfigureAwait(false);
            if (text != RestartRequest.Done)
                throw RunningMachineErrors.NotRestarted(Name, text.Length > 0 ? text : "its owner has ended");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw RunningMachineErrors.NotRestarted(Name, $"this takes longer than {limit.TotalSeconds:0.###} s");
        }
    }

    /// <summary>
    /// Freezes it into a directory, from which others continue (<see cref="VmOptions.Restore"/>). It ends afterwards unless it is kept; after a failure it goes on as before.
    /// </summary>
    /// <param name="directory">The directory, which its owner makes.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait: the machine goes on, and nothing is left of the snapshot.</param>
    /// <exception cref="RunningMachineException">It cannot be frozen, with the reason.</exception>
    public async Task FreezeAsync(string directory, VmFreezeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _machine.Require(ControlInterfaces.Ours, "does not freeze machines");
        var how = options ?? new VmFreezeOptions();
        // Of its own, since a request in vain ends with its connection.
        var another = await MachineConnection.TryOpenAsync(_machine.Entry, _machine.AnswerTime, cancellationToken).ConfigureAwait(false)
            ?? throw RunningMachineErrors.Gone(Name);
        await using var anotherDisposal = another.ConfigureAwait(false);
        using (await another.CallAsync(
            $"{ControlInterfaces.Ours}.Freeze",
            writer =>
            {
                writer.WriteString("directory"u8, Path.GetFullPath(directory));
                writer.WriteBoolean("keep"u8, how.Keep);
                writer.WriteString("compression"u8, how.Compression == MemoryCompression.Zstd ? "zstd" : "none");
            },
            limit: Timeout.InfiniteTimeSpan,
            cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            // The reply has nothing else.
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="RunningMachineException">It failed; systemd-vmspawn's server does not tell.</exception>
    public async Task<VmExit> WaitExitAsync(CancellationToken cancellationToken = default)
    {
        _machine.Require(ControlInterfaces.Ours, "does not tell how it ends");
        using var reply = await _machine.CallAsync($"{ControlInterfaces.Ours}.WaitExit", limit: Timeout.InfiniteTimeSpan, cancellationToken: cancellationToken).ConfigureAwait(false);
        return new VmExit((int)(reply.Parameters.Number("status") ?? 1), reply.Parameters.Text("reason") is { } reason ? [reason] : []);
    }

    /// <summary>
    /// Makes this connection one to QEMU's monitor, which the machine's clients share. Afterwards this object can only be disposed; the caller disposes
    /// the monitor.
    /// </summary>
    /// <param name="options">The monitor's options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed; the server of systemd-vmspawn may not share its monitor.</exception>
    public async Task<QmpClient> OpenMonitorAsync(QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        _machine.Require(QmpShareInterfaces.QemuName, "does not share QEMU's monitor");
        var connection = await _machine.UpgradeAsync($"{QmpShareInterfaces.QemuName}.AcquireQMP", null, cancellationToken).ConfigureAwait(false);
        var how = options ?? new QmpClientOptions { HandshakeTimeout = _machine.AnswerTime };
        return await QmpClient.StartAsync(new UpgradedTransport(connection), how, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Opens the guest's console: what the guest writes is read from the stream, which ends with the machine, and what is written to it is typed to the guest.
    /// The stream can only be used asynchronously. Any number may be open; one that is read slower than the guest writes loses the oldest bytes, and disposing it
    /// does not affect the machine.
    /// </summary>
    /// <param name="withHistory">Whether it begins with the bytes that the owner has kept, or with what the guest writes next.</param>
    /// <param name="cancellationToken">Ends the wait for the owner.</param>
    /// <exception cref="RunningMachineException">It failed; the machine may have no console that its owner reads.</exception>
    public async Task<Stream> OpenConsoleAsync(bool withHistory = true, CancellationToken cancellationToken = default)
    {
        _machine.Require(ControlInterfaces.ConsoleName, "does not share the console");
        // This connection stays one for requests.
        var another = await MachineConnection.TryOpenAsync(_machine.Entry, _machine.AnswerTime, cancellationToken).ConfigureAwait(false)
            ?? throw RunningMachineErrors.Gone(Name);
        await using var anotherDisposal = another.ConfigureAwait(false);
        return new UpgradedStream(await another.UpgradeAsync($"{ControlInterfaces.ConsoleName}.Attach", writer => writer.WriteBoolean("history"u8, withHistory), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Its events from now on, until the machine ends. The first is <c>READY</c>, which has the time limit of an answer.</summary>
    /// <param name="names">The names of the events; empty for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RunningMachineException">It failed, or events were lost because they were not read in time.</exception>
    public async IAsyncEnumerable<RunningMachineEvent> ReadEventsAsync(IReadOnlyList<string>? names = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(_machine.AnswerTime);
        var isConfirmed = false;
        var events = _machine.CallMoreAsync($"{ControlInterfaces.Instance}.SubscribeEvents", writer => WriteFilter(writer, names ?? []), null, silence.Token)
            .GetAsyncEnumerator(CancellationToken.None);
        await using var eventsDisposal = events.ConfigureAwait(false);
        while (await NextAsync(events, isConfirmed, cancellationToken).ConfigureAwait(false) is { } happened)
        {
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            isConfirmed = true;
            yield return happened;
        }
    }

    /// <summary>Closes the connection.</summary>
    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    private static async Task<RunningMachineStatus?> TryAskAsync(MachineEntry entry, TimeSpan answerTime, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(answerTime);
        try
        {
            var machine = await MachineConnection.TryOpenAsync(entry, answerTime, cancellationToken).ConfigureAwait(false);
            if (machine is null)
                return null;
            await using var machineDisposal = machine.ConfigureAwait(false);
            return await RunningMachineStatus.AskAsync(machine, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unknown(entry, RunningMachineFailure.NotAnswering);
        }
        catch (RunningMachineException e)
        {
            return e.Failure == RunningMachineFailure.Ended ? null : Unknown(entry, e.Failure);
        }
    }

    private static RunningMachineStatus Unknown(MachineEntry entry, RunningMachineFailure failure) => new()
    {
        Name = entry.Name,
        State = failure switch
        {
            RunningMachineFailure.NotAnswering => "not answering",
            RunningMachineFailure.NotPermitted => "not permitted",
            _ => "unknown",
        },
        RuntimeDirectory = entry.Directory,
    };

    private static void WriteFilter(Utf8JsonWriter writer, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return;
        writer.WriteStartArray("filter"u8);
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken) => (await GetStatusAsync(cancellationToken).ConfigureAwait(false)).IsReady ?? false;

    private Task RunAsync(string method, CancellationToken cancellationToken) => _machine.RunAsync($"{ControlInterfaces.Instance}.{method}", cancellationToken);

    /// <summary>The next event; null after the machine's end.</summary>
    private async Task<RunningMachineEvent?> NextAsync(IAsyncEnumerator<VarlinkReply> events, bool isConfirmed, CancellationToken cancellationToken)
    {
        try
        {
            if (!await events.MoveNextAsync().ConfigureAwait(false))
                return null;
            using var reply = events.Current;
            var happened = reply.Parameters;
            var data = happened.TryGetProperty("data"u8, out var value) && value.ValueKind == JsonValueKind.Object ? value.Clone() : (JsonElement?)null;
            return new RunningMachineEvent(JsonFields.Text(happened, "event") ?? "", data, happened.Clone());
        }
        catch (Exception e) when (isConfirmed && e is (VarlinkDisconnectedException or VarlinkErrorException))
        {
            // Either the server disconnects, or QEMU ends first and the server reports that in one of several ways.
            await CheckEndedAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && RunningMachineErrors.Of(Name, e) is not null)
        {
            throw RunningMachineErrors.Of(Name, e)!;
        }
    }

    // Events end when the machine ends; after any other end some were lost.
    private async Task CheckEndedAsync(CancellationToken cancellationToken)
    {
        for (var left = TidyTime; left > TimeSpan.Zero; left -= TidyPause)
        {
            if (!await MachineSearch.ListensAsync(_machine.Entry, cancellationToken).ConfigureAwait(false))
                return;
            await Task.Delay(TidyPause, cancellationToken).ConfigureAwait(false);
        }

        throw RunningMachineErrors.Dropped(Name);
    }
}
