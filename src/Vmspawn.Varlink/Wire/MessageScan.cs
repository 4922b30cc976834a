using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Vmspawn.Varlink;

/// <summary>Validates a message before a document is created from it, so that later accesses cannot fail.</summary>
internal static class MessageScan
{
    /// <summary>Memory that <see cref="JsonDocument"/> uses for each token, including its growth.</summary>
    private const int BytesPerToken = 24;

    /// <returns>Bytes of memory for a document of the message.</returns>
    /// <exception cref="VarlinkProtocolException">It is not one JSON object in UTF-8, or nested too deep.</exception>
    public static long Check(ReadOnlySpan<byte> message, int depth)
    {
        if (!Utf8.IsValid(message))
            throw new VarlinkProtocolException("a message is not UTF-8");
        try
        {
            return message.Length + ((long)CountTokens(message, depth) * BytesPerToken);
        }
        catch (JsonException e)
        {
            throw new VarlinkProtocolException($"a message is no JSON object: {e.Message}", e);
        }
    }

    private static int CountTokens(ReadOnlySpan<byte> message, int depth)
    {
        var reader = new Utf8JsonReader(message, new JsonReaderOptions { MaxDepth = depth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("it does not begin with '{'");
        var tokens = 1;
        for (; reader.Read(); tokens++)
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                CheckEscapes(ref reader);
        }
        return tokens;
    }

    // A lone surrogate is well-formed JSON, but not valid text.
    private static void CheckEscapes(ref Utf8JsonReader reader)
    {
        var text = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            reader.CopyString(text);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("a string has half a surrogate pair", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
