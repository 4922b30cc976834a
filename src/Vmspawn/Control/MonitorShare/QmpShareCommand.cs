using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Vmspawn.Host;

namespace Vmspawn.Control.MonitorShare;

/// <summary>A program's command, checked so that QEMU can parse it: QEMU's answer has an id only then.</summary>
internal sealed class QmpShareCommand : IDisposable
{
    private readonly JsonDocument _document;
    private readonly ReadOnlyMemory<byte> _text;

    private QmpShareCommand(JsonDocument document, ReadOnlyMemory<byte> text)
    {
        _document = document;
        _text = text;
        Id = Root.TryGetProperty("id"u8, out var id) ? JsonMarshal.GetRawUtf8Value(id).ToArray() : default;
    }

    /// <summary>The program's id as JSON text; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Id { get; }

    /// <summary>The command's name; empty when there is none.</summary>
    public string Name => Root.Text("execute") ?? "";

    public JsonElement? Arguments => Root.TryGetProperty("arguments"u8, out var arguments) ? arguments : null;

    /// <summary>Whether it requests out-of-band execution, a capability that is not offered.</summary>
    public bool IsOutOfBand => Root.TryGetProperty("exec-oob"u8, out _);

    private JsonElement Root => _document.RootElement;

    /// <summary>Parses a command; null with QEMU's error message when it is invalid.</summary>
    /// <param name="text">The command's bytes; must not change while the command is used.</param>
    /// <param name="problem">The <c>desc</c> of the error.</param>
    public static QmpShareCommand? Read(ReadOnlyMemory<byte> text, out string problem)
    {
        problem = "JSON parse error, invalid UTF-8 sequence in string";
        if (!Utf8.IsValid(text.Span))
            return null;
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(text, new JsonDocumentOptions
            {
                MaxDepth = QmpShareFrameReader.MaxDepth,
                AllowDuplicateProperties = false,
            });
            problem = QmpShareText.FindProblem(text.Span)
                ?? (document.RootElement.ValueKind == JsonValueKind.Object ? "" : "QMP input must be a JSON object");
            if (problem.Length == 0)
                return new QmpShareCommand(document, text);
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException)
        {
            problem = $"JSON parse error, {cause.Message}";
        }

        document?.Dispose();
        return null;
    }

    /// <summary>QEMU's error message for invalid members, or null (qmp_dispatch_check_obj of qapi/qmp-dispatch.c).</summary>
    public string? FindProblem()
    {
        var hasName = false;
        foreach (var member in Root.EnumerateObject())
        {
            hasName |= member.NameEquals("execute"u8);
            if (member.NameEquals("execute"u8) && member.Value.ValueKind != JsonValueKind.String)
                return "QMP input member 'execute' must be a string";
            if (member.NameEquals("arguments"u8) && member.Value.ValueKind != JsonValueKind.Object)
                return "QMP input member 'arguments' must be an object";
            if (!(member.NameEquals("execute"u8) || member.NameEquals("arguments"u8) || member.NameEquals("id"u8)))
                return $"QMP input member '{member.Name}' is unexpected";
        }

        return hasName ? null : "QMP input lacks member 'execute'";
    }

    /// <summary>The message with its id replaced by vmspawn's.</summary>
    public ReadOnlyMemory<byte> WithId(long id)
    {
        var text = _text.Span;
        Span<byte> digits = stackalloc byte[20];
        id.TryFormat(digits, out var length);
        digits = digits[..length];
        if (Root.TryGetProperty("id"u8, out var old))
        {
            var value = JsonMarshal.GetRawUtf8Value(old);
            text.Overlaps(value, out var at);
            return (byte[])[.. text[..at], .. digits, .. text[(at + value.Length)..], (byte)'\n'];
        }

        var comma = Root.GetPropertyCount() == 0 ? [] : ","u8;
        return (byte[])[.. "{\"id\":"u8, .. digits, .. comma, .. text[1..], (byte)'\n'];
    }

    public void Dispose() => _document.Dispose();
}
