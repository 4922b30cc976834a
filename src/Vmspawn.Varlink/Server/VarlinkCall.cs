using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>
/// A call that a handler answers. Its parameters fit their declaration; they and the descriptors are valid until the
/// handler ends. Its replies are sent one after the other, never by two tasks at once.
/// </summary>
public sealed class VarlinkCall
{
    private readonly CallRequest _request;
    private readonly ReplySender _sender;
    private readonly PeerWatch _watch;

    internal VarlinkCall(CallRequest request, VarlinkMethod method, ReceivedDescriptors descriptors, ReplySender sender, PeerWatch watch)
    {
        _request = request;
        _sender = sender;
        _watch = watch;
        Descriptors = descriptors;
        WantsMore = request.More && method.TakesMore;
    }

    /// <summary>Full name of the method.</summary>
    public string Method => _request.Method;

    /// <summary>Its parameters, an object that has what the interface asks for and nothing else.</summary>
    public JsonElement Parameters => _request.Parameters;

    /// <summary>Whether several replies may be sent.</summary>
    public bool WantsMore { get; }

    /// <summary>Whether the caller wants no reply. Replies may be given all the same; they are not sent.</summary>
    public bool IsOneWay => _request.OneWay;

    /// <summary>Whether the caller wants the connection handed over: <see cref="UpgradeAsync"/>.</summary>
    public bool WantsUpgrade => _request.Upgrade;

    /// <summary>What came with the call.</summary>
    public ReceivedDescriptors Descriptors { get; }

    /// <summary>Who calls.</summary>
    public PeerCredentials Peer => _sender.Connection.Peer;

    /// <summary>Ends when the caller has gone away or the server stops.</summary>
    public CancellationToken Cancellation => _watch.Gone;

    /// <summary>Whether the last reply is given.</summary>
    internal bool IsAnswered { get; private set; }

    /// <summary>A parameter that may be null or missing; null for both.</summary>
    public JsonElement? Optional(string name) =>
        Parameters.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Gives the only or last reply.</summary>
    /// <param name="parameters">Writes the properties of its parameters, or null for none.</param>
    /// <param name="descriptors">Go with the reply, which names them by index; they stay the caller's.</param>
    /// <exception cref="InvalidOperationException">It is answered already, or the reply does not fit its declaration.</exception>
    /// <exception cref="IOException">The caller is gone or does not take it; the handler should end.</exception>
    public ValueTask ReplyAsync(Action<Utf8JsonWriter>? parameters = null, IReadOnlyList<SafeHandle>? descriptors = null)
    {
        if (WantsUpgrade)
            throw new InvalidOperationException($"{Method} was called to be upgraded.");
        return SendLastAsync(parameters, descriptors);
    }

    /// <summary>Gives a reply that is not the last.</summary>
    /// <inheritdoc cref="ReplyAsync"/>
    public ValueTask ContinueAsync(Action<Utf8JsonWriter>? parameters = null, IReadOnlyList<SafeHandle>? descriptors = null)
    {
        if (!WantsMore)
            throw new InvalidOperationException($"The caller of {Method} wants one reply only.");
        RefuseWhenAnswered();
        return _sender.ReplyAsync(_request, continues: true, parameters, descriptors);
    }

    /// <summary>Gives the reply that confirms the upgrade. The connection lives until the handler ends.</summary>
    /// <param name="parameters">Writes the properties of its parameters, or null for none.</param>
    /// <returns>The connection, with what the caller has already sent behind its call.</returns>
    /// <exception cref="InvalidOperationException">The caller wants no upgrade, or it is answered already.</exception>
    /// <exception cref="IOException">The caller is gone.</exception>
    public async ValueTask<UpgradedConnection> UpgradeAsync(Action<Utf8JsonWriter>? parameters = null)
    {
        if (!WantsUpgrade)
            throw new InvalidOperationException($"The caller of {Method} wants no upgrade.");
        await SendLastAsync(parameters, descriptors: null);
        // From here on the handler sees for itself when the caller goes, after it has read what was sent before.
        await _watch.StopAsync();
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
