using System.Text.Json;
using System.Text.Unicode;

namespace Vmspawn.Qmp;

internal enum QmpMessageKind { Greeting, Return, Error, Event }

/// <summary>One received message, classified but not deserialised: the spans point into the line.</summary>
/// <remarks>docs/interop/qmp-spec of QEMU: "Server Greeting", "Commands Responses", "Asynchronous events".</remarks>
internal readonly ref struct QmpMessage
{
    /// <summary>QEMU's nesting limit; an answer about an image chain is nested one level deeper for each image.</summary>
    public const int MaxDepth = 1024;

    private QmpMessage(QmpMessageKind kind, ReadOnlySpan<byte> body)
    {
        Kind = kind;
        Body = body;
    }

    public QmpMessageKind Kind { get; }

    /// <summary>The greeting, the returned value, the error, or the event's data (empty when it has none).</summary>
    public ReadOnlySpan<byte> Body { get; private init; }

    /// <summary>The id as JSON text; empty when there is none.</summary>
    public ReadOnlySpan<byte> Id { get; private init; }

    public string EventName { get; private init; } = "";

    public DateTimeOffset? Timestamp { get; private init; }

    /// <exception cref="QmpProtocolFault">The line is not a message of QMP.</exception>
    public static QmpMessage Read(ReadOnlySpan<byte> line)
    {
        if (!Utf8.IsValid(line))
            throw QmpProtocolFault.Showing("it sent bytes that are not UTF-8", line);
        try
        {
            return ReadMembers(line);
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or FormatException)
        {
            throw QmpProtocolFault.Showing("it sent what is no QMP message", line, cause);
        }
    }

    /// <summary>The body as a value that does not depend on the line.</summary>
    public JsonElement Value()
    {
        var reader = ReaderOf(Body);
        return JsonElement.ParseValue(ref reader);
    }

    internal static Utf8JsonReader ReaderOf(ReadOnlySpan<byte> json) =>
        new(json, new JsonReaderOptions { MaxDepth = MaxDepth });

    private static QmpMessage ReadMembers(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> body = default, id = default, data = default;
        QmpMessageKind? kind = null;
        var eventName = "";
        DateTimeOffset? timestamp = null;

        var reader = ReaderOf(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var named = KindOf(ref reader);
            var isId = reader.ValueTextEquals("id"u8);
            var isData = reader.ValueTextEquals("data"u8);
            var isTimestamp = reader.ValueTextEquals("timestamp"u8);
            reader.Read();
            var value = Slice(line, ref reader);
            if (named is not null && kind is not null)
                throw new FormatException("two kinds of message in one");
            if (named is not null)
            {
                kind = named;
                body = value;
            }

            if (named is QmpMessageKind.Event)
                eventName = NameOf(value);
            else if (isId)
                id = value;
            else if (isData)
                data = value;
            else if (isTimestamp)
                timestamp = QmpTimestamp.Read(value);
        }

        // Read to the end, to detect anything after the object.
        if (reader.Read() || kind is null)
            throw new FormatException("neither greeting, reply nor event");
        return new QmpMessage(kind.Value, kind is QmpMessageKind.Event ? data : body)
        {
            Id = id,
            EventName = eventName,
            Timestamp = timestamp,
        };
    }

    private static QmpMessageKind? KindOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("return"u8) ? QmpMessageKind.Return
        : reader.ValueTextEquals("event"u8) ? QmpMessageKind.Event
        : reader.ValueTextEquals("error"u8) ? QmpMessageKind.Error
        : reader.ValueTextEquals("QMP"u8) ? QmpMessageKind.Greeting
        : null;

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> line, scoped ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return line[start..(int)reader.BytesConsumed];
    }

    private static string NameOf(ReadOnlySpan<byte> value)
    {
        var reader = ReaderOf(value);
        reader.Read();
        return reader.GetString() ?? throw new FormatException("an event without a name");
    }
}
