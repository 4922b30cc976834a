using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>
/// A call for a handler. Its parameters match their declaration; they and the descriptors are valid until the
/// handler ends. Replies must not be sent concurrently.
/// </summary>
public sealed class VarlinkCall
{
    private readonly CallRequest _request;
    private readonly ReplySender _sender;
    private readonly PeerWatch _watch;

    internal VarlinkCall(CallRequest request, ReceivedDescriptors descriptors, ReplySender sender, PeerWatch watch)
    {
        _request = request;
        _sender = sender;
        _watch = watch;
        Descriptors = descriptors;
    }

    /// <summary>Full name of the method.</summary>
    public string Method => _request.Method;

    /// <summary>Its parameters, an object that matches the interface.</summary>
    public JsonElement Parameters => _request.Parameters;

    /// <summary>
    /// Whether the caller set <c>more</c>: several replies may be sent. The method's declaration need not mention it, because Varlink's
    /// language has no words for it.
    /// </summary>
    public bool WantsMore => _request.More;

    /// <summary>Whether the caller requests no reply. Replies are then discarded.</summary>
    public bool IsOneWay => _request.OneWay;

    /// <summary>Whether the caller requests an upgrade: <see cref="UpgradeAsync"/>.</summary>
    public bool WantsUpgrade => _request.Upgrade;

    /// <summary>The descriptors received with the call.</summary>
    public ReceivedDescriptors Descriptors { get; }

    /// <summary>The credentials of the caller.</summary>
    public PeerCredentials Peer => _sender.Connection.Peer;

    /// <summary>Cancelled when the caller disconnects or the server stops.</summary>
    public CancellationToken Cancellation => _watch.Gone;

    /// <summary>Whether the last reply was sent.</summary>
    internal bool IsAnswered { get; private set; }

    /// <summary>A parameter that may be null or missing; null for both.</summary>
    public JsonElement? Optional(string name) =>
        Parameters.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Sends the only or last reply.</summary>
    /// <param name="parameters">Writes the properties of its parameters, or null for none.</param>
    /// <param name="descriptors">Sent with the reply, which refers to them by index; the caller keeps them.</param>
    /// <exception cref="InvalidOperationException">It is answered already, or the reply does not match its declaration.</exception>
    /// <exception cref="IOException">The caller has disconnected or does not read; the handler should end.</exception>
    public ValueTask ReplyAsync(Action<Utf8JsonWriter>? parameters = null, IReadOnlyList<SafeHandle>? descriptors = null)
    {
        if (WantsUpgrade)
            throw new InvalidOperationException($"{Method} was called to be upgraded.");
        return SendLastAsync(parameters, descriptors);
    }

    /// <summary>Sends a reply that is not the last.</summary>
    /// <inheritdoc cref="ReplyAsync"/>
    public ValueTask ContinueAsync(Action<Utf8JsonWriter>? parameters = null, IReadOnlyList<SafeHandle>? descriptors = null)
    {
        if (!WantsMore)
            throw new InvalidOperationException($"The caller of {Method} wants one reply only.");
        RefuseWhenAnswered();
        return _sender.ReplyAsync(_request, continues: true, parameters, descriptors);
    }

    /// <summary>Sends the reply that confirms the upgrade. The connection is open until the handler ends.</summary>
    /// <param name="parameters">Writes the properties of its parameters, or null for none.</param>
    /// <returns>The connection, including the bytes that the caller has already sent after its call.</returns>
    /// <exception cref="InvalidOperationException">The caller did not request an upgrade, or it is answered already.</exception>
    /// <exception cref="IOException">The caller has disconnected.</exception>
    public async ValueTask<UpgradedConnection> UpgradeAsync(Action<Utf8JsonWriter>? parameters = null)
    {
        if (!WantsUpgrade)
            throw new InvalidOperationException($"The caller of {Method} wants no upgrade.");
        await SendLastAsync(parameters, descriptors: null).ConfigureAwait(false);
        // From here on the handler detects the disconnect itself, after it has read what was sent before.
        await _watch.StopAsync().ConfigureAwait(false);
        return new UpgradedConnection(_sender.Connection, _sender.Reader);
    }

    private ValueTask SendLastAsync(Action<Utf8JsonWriter>? parameters, IReadOnlyList<SafeHandle>? descriptors)
    {
        RefuseWhenAnswered();
        var message = _sender.BuildReply(_request, continues: false, parameters);
        IsAnswered = true;
        return _sender.SendAsync(_request, message, descriptors);
    }

    private void RefuseWhenAnswered()
    {
        if (IsAnswered)
            throw new InvalidOperationException($"{Method} is answered already.");
    }
}
