using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>
/// Calls a service. Any number of tasks may call at once; calls are sent without waiting for earlier replies, and the
/// service answers them in order.
/// </summary>
public sealed class VarlinkClient : IAsyncDisposable
{
    private readonly UnixConnection _connection;
    private readonly VarlinkClientOptions _options;
    private readonly MessageReader _reader;
    private readonly PendingCalls _pending = new();
    private readonly ReplyLoop _loop;
    private readonly CallSender _sender;
    private bool _handedOver;
    private bool _disposed;

    private VarlinkClient(UnixConnection connection, VarlinkClientOptions options)
    {
        _connection = connection;
        _options = options;
        _reader = new MessageReader(connection, options.Limits, ByteBudget.Unlimited);
        _sender = new CallSender(connection, _pending, options.Limits);
        _loop = new ReplyLoop(_reader, _pending);
        _loop.Start();
    }

    /// <summary>The credentials of the service.</summary>
    public PeerCredentials Peer => _connection.Peer;

    /// <summary>Connects to a service.</summary>
    /// <param name="path">Path of its socket.</param>
    /// <param name="options">Limits, or null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="LinuxException">Nothing listens there, or permission is denied.</exception>
    /// <exception cref="TimeoutException">The connection was not accepted in time.</exception>
    public static async Task<VarlinkClient> ConnectAsync(
        string path,
        VarlinkClientOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new VarlinkClientOptions();
        var connection = await TimeLimit.RunAsync(
            options.CallTime,
            $"Connecting to {path}",
            token => UnixConnection.ConnectAsync(path, token),
            cancellationToken).ConfigureAwait(false);
        return Over(connection, options);
    }

    /// <summary>Creates a client for an existing connection and takes ownership of it.</summary>
    public static VarlinkClient Over(UnixConnection connection, VarlinkClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new VarlinkClient(connection, options ?? new VarlinkClientOptions());
    }

    /// <summary>Calls a method and waits for its reply.</summary>
    /// <param name="method">Full name.</param>
    /// <param name="parameters">Writes the properties of the parameters, or null for none.</param>
    /// <param name="descriptors">Sent with the call, whose parameters refer to them by index; the caller keeps them.</param>
    /// <param name="cancellationToken">Abandons the call. The service may still carry it out; later calls work.</param>
    /// <exception cref="VarlinkErrorException">The service answered with an error.</exception>
    /// <exception cref="VarlinkDisconnectedException">The connection ended before the reply.</exception>
    /// <exception cref="TimeoutException">No reply arrived within the time limit of the options.</exception>
    public Task<VarlinkReply> CallAsync(
        string method,
        Action<Utf8JsonWriter>? parameters = null,
        IReadOnlyList<SafeHandle>? descriptors = null,
        CancellationToken cancellationToken = default) =>
        TimeLimit.RunAsync(
            _options.CallTime,
            method,
            async token =>
            {
                var call = (await _sender.SendAsync(new OutgoingCall(method, parameters, descriptors), token).ConfigureAwait(false))!;
                return await OnlyReplyAsync(call, token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>
    /// Calls a method for any number of replies, each of which must be disposed. Varlink cannot cancel such a
    /// call: stopping before its last reply closes this connection.
    /// </summary>
    /// <inheritdoc cref="CallAsync"/>
    public async IAsyncEnumerable<VarlinkReply> CallMoreAsync(
        string method,
        Action<Utf8JsonWriter>? parameters = null,
        IReadOnlyList<SafeHandle>? descriptors = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var call = (await _sender.SendAsync(new OutgoingCall(method, parameters, descriptors, More: true), cancellationToken).ConfigureAwait(false))!;
        var ended = false;
        try
        {
            while (true)
            {
                var reply = await NextAsync(call, cancellationToken).ConfigureAwait(false);
                ended = reply is not { Continues: true };
                if (reply is null)
                    yield break;
                yield return reply;
                if (ended)
                    yield break;
            }
        }
        finally
        {
            if (!ended)
            {
                call.Abandon();
                await _loop.StopAsync().ConfigureAwait(false);
                await _connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Calls a method without a reply. Failures are not reported.</summary>
    /// <inheritdoc cref="CallAsync"/>
    public async Task CallOneWayAsync(
        string method,
        Action<Utf8JsonWriter>? parameters = null,
        IReadOnlyList<SafeHandle>? descriptors = null,
        CancellationToken cancellationToken = default) =>
        await _sender.SendAsync(new OutgoingCall(method, parameters, descriptors, OneWay: true), cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Calls a method that upgrades the connection to another protocol. Other calls wait; if the service agrees they
    /// fail, and the connection belongs to the caller.
    /// </summary>
    /// <inheritdoc cref="CallAsync"/>
    public Task<UpgradedConnection> UpgradeAsync(
        string method,
        Action<Utf8JsonWriter>? parameters = null,
        IReadOnlyList<SafeHandle>? descriptors = null,
        CancellationToken cancellationToken = default) =>
        TimeLimit.RunAsync(
            _options.CallTime,
            method,
            async token =>
            {
                await _sender.BeginTurnAsync(token).ConfigureAwait(false);
                try
                {
                    var outgoing = new OutgoingCall(method, parameters, descriptors, Upgrade: true);
                    var call = (await _sender.SendInTurnAsync(outgoing).ConfigureAwait(false))!;
                    return await UpgradedAsync(call, token).ConfigureAwait(false);
                }
                finally
                {
                    _sender.EndTurn();
                }
            },
            cancellationToken);

    /// <summary>Closes the connection, unless it was upgraded. Pending calls fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _loop.StopAsync().ConfigureAwait(false);
        if (!_handedOver)
            _connection.Dispose();
        // A send in progress fails now and releases the turn before it is disposed.
        await _sender.BeginTurnAsync(CancellationToken.None).ConfigureAwait(false);
        _sender.Dispose();
        _loop.Dispose();
        if (!_handedOver)
            _reader.Dispose();
    }

    private static async Task<VarlinkReply> OnlyReplyAsync(PendingCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await NextAsync(call, cancellationToken).ConfigureAwait(false) ?? throw new VarlinkDisconnectedException("a call ended without a reply");
        }
        catch (OperationCanceledException)
        {
            call.Abandon();
            throw;
        }
    }

    private async Task<UpgradedConnection> UpgradedAsync(PendingCall call, CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await OnlyReplyAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The service may agree at any moment, which would leave the connection unusable.
            await _loop.StopAsync().ConfigureAwait(false);
            await _connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        _handedOver = true;
        return new UpgradedConnection(_connection, _reader);
    }

    private static async ValueTask<VarlinkReply?> NextAsync(PendingCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.NextAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (VarlinkDisconnectedException e)
        {
            // All callers share one reason, but each gets its own exception with its own stack.
            throw new VarlinkDisconnectedException(e.Message["varlink: ".Length..], e);
        }
    }
}
