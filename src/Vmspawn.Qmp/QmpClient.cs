using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Qmp;

/// <summary>
/// A client of QEMU's machine protocol (docs/interop/qmp-spec). Thread-safe: calls overlap and are matched to answers by
/// id. When the connection ends, every call and stream, pending or future, fails with the same reason.
/// </summary>
public sealed class QmpClient : IAsyncDisposable
{
    // QEMU's limit for one message (TCP_MAX_FDS in chardev/char-socket.c).
    private const int MaxDescriptors = 16;

    private static readonly QmpCallOptions Plain = new();

    private readonly QmpSession _session;

    internal QmpClient(QmpSession session, QmpGreeting greeting, bool outOfBand)
    {
        _session = session;
        Greeting = greeting;
        OutOfBand = outOfBand;
    }

    /// <summary>QEMU's greeting: its version and capabilities.</summary>
    public QmpGreeting Greeting { get; }

    /// <summary>Whether out-of-band execution was requested and is enabled.</summary>
    public bool OutOfBand { get; }

    /// <summary>Completes with the reason when the connection has ended; never fails.</summary>
    public Task<QmpEnd> Ended => _session.Ended;

    /// <summary>The number of answers dropped because their call was abandoned.</summary>
    public long LateReplies => _session.Calls.LateReplies;

    /// <summary>The number of answers dropped because of an unknown or missing id.</summary>
    public long UnknownReplies => _session.Calls.UnknownReplies;

    /// <summary>For independent programs that share this connection.</summary>
    public QmpRelay Relay => field ??= new QmpRelay(_session);

    internal int InFlight => _session.Calls.InFlight;

    /// <summary>Connects to a monitor (<c>-qmp unix:PATH,server=on,wait=off</c>) and negotiates capabilities.</summary>
    /// <param name="path">The socket's path.</param>
    /// <param name="options">Limits, and whether to wait for the socket; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="QmpDisconnectedException">Nothing listens there within <see cref="QmpClientOptions.SocketTimeout"/>, or the peer does not speak QMP.</exception>
    /// <exception cref="QmpTimeoutException">No greeting arrived: a monitor serves one client at a time.</exception>
    public static async Task<QmpClient> ConnectAsync(
        string path, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= QmpClientOptions.Default;
        options.Check();
        using var handshake = new QmpHandshake(options, cancellationToken);
        return await handshake.ConnectAsync(path).ConfigureAwait(false);
    }

    /// <summary>Negotiates capabilities over an existing connection and takes ownership of it, even if this fails.</summary>
    /// <param name="connection">A socket whose other end is a monitor, such as <c>-chardev socket,fd=N</c>.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="QmpDisconnectedException">The peer disconnected, or does not speak QMP.</exception>
    /// <exception cref="QmpTimeoutException">No greeting came.</exception>
    public static Task<QmpClient> StartAsync(
        UnixConnection connection, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return StartAsync(new UnixQmpTransport(connection), options ?? QmpClientOptions.Default, cancellationToken);
    }

    /// <summary>Negotiates capabilities over a transport and takes ownership of it, even if this fails.</summary>
    /// <param name="transport">Its other end is a monitor.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="QmpDisconnectedException">The peer disconnected, or does not speak QMP.</exception>
    /// <exception cref="QmpTimeoutException">No greeting came.</exception>
    public static async Task<QmpClient> StartAsync(
        IQmpTransport transport, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        options ??= QmpClientOptions.Default;
        options.Check();
        using var handshake = new QmpHandshake(options, cancellationToken);
        return await handshake.StartAsync(transport).ConfigureAwait(false);
    }

    /// <summary>Runs any command.</summary>
    /// <param name="command">Its name as QEMU spells it, such as <c>query-status</c>.</param>
    /// <param name="arguments">Writes the members of the arguments object; null leaves it out.</param>
    /// <param name="options">Time limit, descriptors and other settings; null for the defaults.</param>
    /// <param name="cancellationToken">Abandons the call: a command that was not yet sent is not sent; a later answer is dropped.</param>
    /// <returns>QEMU's return value; <c>{}</c> for most commands other than queries. It need not be disposed.</returns>
    /// <exception cref="QmpCommandException">QEMU refused or failed it.</exception>
    /// <exception cref="QmpTimeoutException">No answer in time; whether it ran is unknown.</exception>
    /// <exception cref="QmpDisconnectedException">The connection has ended; whether it ran is unknown if it was sent.</exception>
    /// <exception cref="ArgumentException">The message is too long or not complete, or has too many descriptors.</exception>
    /// <exception cref="InvalidOperationException">Out-of-band execution was requested, but is not enabled.</exception>
    public Task<JsonElement> ExecuteAsync(
        string command,
        Action<Utf8JsonWriter>? arguments = null,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var call = options ?? Plain;
        if (call.Timeout is { } timeout)
            QmpClientOptions.CheckTime(timeout, nameof(options));
        if (call.Descriptors is { Count: > MaxDescriptors })
            throw new ArgumentException($"QEMU takes at most {MaxDescriptors} descriptors with a message.", nameof(options));
        if (call.Descriptors is not null)
            CheckOpen(call.Descriptors);
        if (call.OutOfBand && !OutOfBand)
            throw new InvalidOperationException("Out-of-band execution is not enabled on this connection (QmpClientOptions.OutOfBand).");
        return _session.Calls.CallAsync(command, arguments, call, cancellationToken);
    }

    /// <summary>Runs any command with arguments that are JSON already.</summary>
    /// <inheritdoc cref="ExecuteAsync(string, Action{Utf8JsonWriter}?, QmpCallOptions?, CancellationToken)"/>
    public Task<JsonElement> ExecuteAsync(
        string command, JsonElement arguments, QmpCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
            throw new ArgumentException($"The arguments of a command are an object, not {arguments.ValueKind}.", nameof(arguments));
        return ExecuteAsync(command, writer => WriteMembers(writer, arguments), options, cancellationToken);
    }

    /// <summary>Subscribes to events; the first subscription also gets earlier events.</summary>
    /// <param name="options">Filter, capacity and what to do when it is full; null takes all and 256.</param>
    /// <remarks>Subscribe before sending the command whose event you await.</remarks>
    public QmpEventStream Subscribe(QmpEventOptions? options = null) => _session.Subscribe(options ?? new QmpEventOptions());

    /// <summary>Starts to keep the events of these names.</summary>
    public QmpEventStream SubscribeTo(params string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return Subscribe(new QmpEventOptions { Filter = happened => Array.IndexOf(names, happened.Name) >= 0 });
    }

    /// <summary>Closes the connection; pending calls fail with <see cref="QmpEndKind.Closed"/>. QEMU runs on.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static void WriteMembers(Utf8JsonWriter writer, JsonElement arguments)
    {
        foreach (var member in arguments.EnumerateObject())
            member.WriteTo(writer);
    }

    private static void CheckOpen(IReadOnlyList<SafeHandle> descriptors)
    {
        foreach (var descriptor in descriptors)
        {
            if (descriptor.IsClosed || descriptor.IsInvalid)
                throw new ArgumentException("A descriptor to send is closed or invalid.", nameof(descriptors));
        }
    }
}
