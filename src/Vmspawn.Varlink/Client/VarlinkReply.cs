using System.Text.Json;

namespace Vmspawn.Varlink;

/// <summary>One reply. Its content is valid until it is disposed, which closes descriptors that were not taken.</summary>
public sealed class VarlinkReply : IDisposable
{
    private readonly ReceivedMessage _message;

    internal VarlinkReply(ReceivedMessage message)
    {
        _message = message;
        Parameters = Varlink.Parameters.Of(message.Root);
        Continues = message.Root.TryGetProperty("continues"u8, out var value) && value.ValueKind == JsonValueKind.True;
    }

    /// <summary>Its parameters, not checked against an interface. Nearly always an object.</summary>
    public JsonElement Parameters { get; }

    /// <summary>Whether more replies to the same call follow.</summary>
    public bool Continues { get; }

    /// <summary>The descriptors received with it.</summary>
    public ReceivedDescriptors Descriptors => _message.Descriptors;

    /// <inheritdoc/>
    public void Dispose() => _message.Dispose();
}
