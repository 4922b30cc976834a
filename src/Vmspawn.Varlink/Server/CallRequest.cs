using System.Text.Json;

namespace Vmspawn.Varlink;

/// <summary>A parsed call message (varlink.org, Method Call).</summary>
internal readonly record struct CallRequest(string Method, JsonElement Parameters, bool More, bool OneWay, bool Upgrade)
{
    /// <exception cref="VarlinkProtocolException">It is not a call, or has contradictory flags.</exception>
    public static CallRequest Read(JsonElement message)
    {
        if (!message.TryGetProperty("method"u8, out var method) || method.ValueKind != JsonValueKind.String)
            throw new VarlinkProtocolException("a call names no method");
        var request = new CallRequest(
            method.GetString()!,
            Varlink.Parameters.Of(message),
            Flag(message, "more"),
            Flag(message, "oneway"),
            Flag(message, "upgrade"));
        // oneway excludes both more and upgrade, which need replies.
        if ((request.OneWay && (request.More || request.Upgrade)) || (request.More && request.Upgrade))
            throw new VarlinkProtocolException("a call has flags that contradict each other");
        return request;
    }

    private static bool Flag(JsonElement message, string name)
    {
        if (!message.TryGetProperty(name, out var value))
            return false;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new VarlinkProtocolException($"the flag '{name}' of a call is no bool"),
        };
    }
}
