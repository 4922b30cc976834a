using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>Runs a command and converts the answer to a type.</summary>
internal static class QmpTypedCalls
{
    public static async Task<T> AskAsync<T>(
        this QmpClient client,
        string command,
        Func<JsonElement, T> read,
        Action<Utf8JsonWriter>? arguments,
        QmpCallOptions? options,
        CancellationToken cancellationToken)
    {
        var answer = await client.ExecuteAsync(command, arguments, options, cancellationToken).ConfigureAwait(false);
        try
        {
            return read(answer);
        }
        catch (FormatException cause)
        {
            throw new QmpReplyException(command, cause);
        }
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
