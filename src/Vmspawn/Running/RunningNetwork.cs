using System.Net;
using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Networks;
using Vmspawn.Options;
using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>The state of a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ProcessId">The process that owns it.</param>
/// <param name="Subnet">The addresses of its machines.</param>
/// <param name="Address">The address of its DHCP and DNS server.</param>
/// <param name="Members">The machines in it.</param>
/// <param name="Partitions">The names on both sides of each partition.</param>
/// <param name="Quality">What happens to frames between machines.</param>
public sealed record RunningNetworkStatus(
    string Name,
    int ProcessId,
    IPNetwork Subnet,
    IPAddress Address,
    IReadOnlyList<VmNetworkMember> Members,
    IReadOnlyList<(IReadOnlyList<string> One, IReadOnlyList<string> Other)> Partitions,
    VmNetworkQuality Quality);

/// <summary>
/// A network between machines that another process owns, through its control socket. Disposing it closes the connection and does not affect the network.
/// </summary>
public sealed class RunningNetwork : IAsyncDisposable
{
    /// <summary>How long its owner may take to remove it.</summary>
    private static readonly LockWait Removal = new(TimeSpan.FromSeconds(10));

    private readonly VarlinkClient _client;
    private readonly string _directory;
    private readonly TimeSpan _answerTime;

    private RunningNetwork(string name, VarlinkClient client, string directory, TimeSpan answerTime) =>
        (Name, _client, _directory, _answerTime) = (name, client, directory, answerTime);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The names of the networks, sorted.</summary>
    /// <param name="options">Where to look; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(RunningMachineOptions? options = null, CancellationToken cancellationToken = default)
    {
        var how = options ?? new RunningMachineOptions();
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var place in how.Places.Paths)
        {
            foreach (var name in NetworkPlace.NamesIn(place))
            {
                if (await TryConnectAsync(name, place, how.AnswerTime, cancellationToken).ConfigureAwait(false) is not { } found)
                    continue;
                await found.DisposeAsync().ConfigureAwait(false);
                names.Add(name);
            }
        }

        return [.. names];
    }

    /// <summary>Connects to a network.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Where to look; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="VmNetworkException">There is none of this name, or it is another user's.</exception>
    public static async Task<RunningNetwork> OpenAsync(string name, RunningMachineOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var how = options ?? new RunningMachineOptions();
        // A text that is no name must not become a path.
        if (MachineNameText.IsValid(name))
        {
            foreach (var place in how.Places.Paths)
            {
                if (await TryConnectAsync(name, place, how.AnswerTime, cancellationToken).ConfigureAwait(false) is { } found)
                    return found;
            }
        }

        var known = await ListAsync(how, cancellationToken).ConfigureAwait(false);
        throw new VmNetworkException(new Problem("network-missing", name, "there is no network of this name", known.Count == 0 ? $"make it by \"vmspawn network create {name}\"" : $"there are {string.Join(", ", known)}"));
    }

    /// <summary>Its state.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmNetworkException">It failed.</exception>
    public async Task<RunningNetworkStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        using var reply = await CallAsync("Describe", null, cancellationToken).ConfigureAwait(false);
        var status = reply.Parameters;
        var quality = status.GetProperty("quality"u8);
        return new RunningNetworkStatus(
            status.Text("name") ?? Name,
            (int)(status.Number("pid") ?? 0),
            IPNetwork.Parse(status.Text("subnet")!),
            IPAddress.Parse(status.Text("address")!),
            [.. status.Items("members").Select(member => new VmNetworkMember(member.Text("machine")!, member.Text("mac")!, IPAddress.Parse(member.Text("address")!)))],
            [.. status.Items("partitions").Select(one => ((IReadOnlyList<string>)[.. one.Texts("one")], (IReadOnlyList<string>)[.. one.Texts("other")]))],
            new VmNetworkQuality
            {
                Loss = quality.GetProperty("loss"u8).GetDouble(),
                Delay = TimeSpan.FromMicroseconds(quality.Number("delayUsec") ?? 0),
                Jitter = TimeSpan.FromMicroseconds(quality.Number("jitterUsec") ?? 0),
            });
    }

    /// <summary>Drops frames between two groups of machines until <see cref="HealAsync"/>.</summary>
    /// <param name="one">The names of machines, which need not have joined yet.</param>
    /// <param name="other">The names of others.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmNetworkException">It failed.</exception>
    public Task PartitionAsync(IEnumerable<string> one, IEnumerable<string> other, CancellationToken cancellationToken = default) => RunAsync(
        "Separate",
        writer =>
        {
            WriteNames(writer, "one", one);
            WriteNames(writer, "other", other);
        },
        cancellationToken);

    /// <summary>Ends all partitions.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmNetworkException">It failed.</exception>
    public Task HealAsync(CancellationToken cancellationToken = default) => RunAsync("Heal", null, cancellationToken);

    /// <summary>Changes what happens to frames between machines.</summary>
    /// <param name="quality">What.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmNetworkException">It failed, or the values make no sense.</exception>
    public Task SetQualityAsync(VmNetworkQuality quality, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(quality);
        return RunAsync(
            "SetQuality",
            writer =>
            {
                writer.WriteStartObject("quality"u8);
                writer.WriteNumber("loss"u8, quality.Loss);
                writer.WriteNumber("delayUsec"u8, (long)quality.Delay.TotalMicroseconds);
                writer.WriteNumber("jitterUsec"u8, (long)quality.Jitter.TotalMicroseconds);
                writer.WriteEndObject();
            },
            cancellationToken);
    }

    /// <summary>Writes all frames as a capture file of libpcap's format, until it is cancelled or the network ends. Afterwards this object can only be disposed.</summary>
    /// <param name="output">Receives the file; complete frames are flushed.</param>
    /// <param name="started">Called when frames are captured from now on; null for nothing.</param>
    /// <param name="cancellationToken">Ends it, which is no failure.</param>
    /// <exception cref="VmNetworkException">It failed.</exception>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public async Task CaptureAsync(Stream output, Action? started = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var pipe = Pipe.Create();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var calling = CallCaptureAsync(pipe, started, stop.Token);
        try
        {
            var frames = new DescriptorStream(OpenFile.Duplicate(pipe.ReadEnd));
            await using var framesDisposal = frames.ConfigureAwait(false);
            var buffer = new byte[1 << 16];
            for (int count; (count = await frames.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                await output.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
                await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is complete.
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await calling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (calling is { IsFaulted: true, Exception.InnerException: VmNetworkException refused })
            throw refused;
    }

    /// <summary>Ends it, and returns when nothing of it is left. Its machines run on, with cards that have no link. Afterwards this object can only be disposed.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VmNetworkException">It failed.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken = default)
    {
        await RunAsync("Remove", null, cancellationToken).ConfigureAwait(false);
        if (!await Removal.UntilAsync(() => !Directory.Exists(_directory), cancellationToken).ConfigureAwait(false))
            throw new VmNetworkException(new Problem("network-removal", Name, $"its owner has not removed it within {Removal.Bound.TotalSeconds:0} s"));
    }

    /// <summary>Closes the connection.</summary>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static async Task<RunningNetwork?> TryConnectAsync(string name, string place, TimeSpan answerTime, CancellationToken cancellationToken)
    {
        try
        {
            var client = await VarlinkClient.ConnectAsync(NetworkPlace.SocketOf(place, name), new VarlinkClientOptions { CallTime = answerTime }, cancellationToken).ConfigureAwait(false);
            return new RunningNetwork(name, client, Path.Combine(place, NetworkPlace.DirectoryOf(name)), answerTime);
        }
        catch (LinuxException)
        {
            // It has ended, or it is another user's.
            return null;
        }
        catch (TimeoutException)
        {
            throw new VmNetworkException(new Problem("network-silent", name, $"the network does not answer within {answerTime.TotalSeconds:0.#} s", "its process may be stopped"));
        }
    }

    private async Task CallCaptureAsync(Pipe pipe, Action? started, CancellationToken stop)
    {
        try
        {
            var replies = _client.CallMoreAsync($"{NetworkInterface.Name}.Capture", writer => writer.WriteNumber("fileDescriptorIndex"u8, 0), [pipe.WriteEnd], stop);
            await foreach (var reply in replies.ConfigureAwait(false))
            {
                reply.Dispose();
                // The network has a copy; without this one, the end of the network is the end of the pipe.
                pipe.WriteEnd.Dispose();
                started?.Invoke();
                started = null;
            }
        }
        catch (Exception error) when (error is VarlinkErrorException or IOException)
        {
            throw Failure(error);
        }
        finally
        {
            pipe.WriteEnd.Dispose();
        }
    }

    private async Task RunAsync(string method, Action<Utf8JsonWriter>? parameters, CancellationToken cancellationToken)
    {
        using var reply = await CallAsync(method, parameters, cancellationToken).ConfigureAwait(false);
    }

    private async Task<VarlinkReply> CallAsync(string method, Action<Utf8JsonWriter>? parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.CallAsync($"{NetworkInterface.Name}.{method}", parameters, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is VarlinkErrorException or IOException or TimeoutException)
        {
            throw Failure(error);
        }
    }

    private VmNetworkException Failure(Exception error) => new(
        error switch
        {
            VarlinkErrorException refused => new Problem("network-refused", Name, refused.Parameters.Text("reason") ?? refused.Message),
            TimeoutException => new Problem("network-silent", Name, $"the network does not answer within {_answerTime.TotalSeconds:0.#} s", "its process may be stopped"),
            _ => new Problem("network-ended", Name, "the network has ended"),
        },
        error);

    private static void WriteNames(Utf8JsonWriter writer, string property, IEnumerable<string> names)
    {
        writer.WriteStartArray(property);
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
