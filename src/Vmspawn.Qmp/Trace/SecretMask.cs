using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>
/// Masks secrets in a message for logs: values of <c>password</c>, <c>passwd</c>, <c>passphrase</c>,
/// <c>secret</c> and <c>cookie</c>; strings and numbers under <c>data</c> (secret objects, keystrokes, serial input);
/// the <c>value</c> of <c>qom-set</c>; and all but the first word of a human monitor's command line.
/// Ids of secret objects (<c>password-secret</c>, <c>key-secret</c>) are names and stay.
/// </summary>
internal ref struct SecretMask
{
    private const string Masked = "***";
    private const int ShownChars = 4096;

    private readonly ReadOnlySpan<byte> _line;
    private readonly Utf8JsonWriter _writer;
    private Utf8JsonReader _reader;
    private Rule _rule;
    private readonly bool _sensitive;
    private bool _setsProperty;

    private SecretMask(ReadOnlySpan<byte> line, bool sensitive, Utf8JsonWriter writer)
    {
        _sensitive = sensitive;
        _line = line;
        _writer = writer;
        _reader = QmpMessage.ReaderOf(line);
    }

    private enum Rule { Show, MaskScalar, MaskAll, FirstWord, Command }

    /// <summary>The message as text, cut to 4 KiB.</summary>
    /// <param name="line">The message.</param>
    /// <param name="sensitive">Whether arguments and returned value are masked altogether.</param>
    public static string Apply(ReadOnlySpan<byte> line, bool sensitive = false)
    {
        var shown = new ArrayBufferWriter<byte>(Math.Min(line.Length + 16, ShownChars));
        using var writer = new Utf8JsonWriter(shown, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = QmpMessage.MaxDepth,
            SkipValidation = true,
        });
        try
        {
            new SecretMask(line, sensitive, writer).CopyTokens();
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return $"{line.Length} bytes that are not JSON";
        }

        writer.Flush();
        var text = Encoding.UTF8.GetString(shown.WrittenSpan);
        return text.Length <= ShownChars ? text : $"{text.AsSpan(0, ShownChars)}… ({line.Length} bytes)";
    }

    private void CopyTokens()
    {
        // Stops after the length that the trace shows, to avoid a copy of up to 16 MiB.
        while (_writer.BytesPending + _writer.BytesCommitted <= ShownChars * 4 && _reader.Read())
            CopyToken();
    }

    private void CopyToken()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _rule = RuleOfName();
                _writer.WritePropertyName(_reader.GetString()!);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray when _rule == Rule.MaskAll:
                _reader.Skip();
                _writer.WriteStringValue(Masked);
                break;
            case JsonTokenType.StartObject:
                _writer.WriteStartObject();
                break;
            case JsonTokenType.StartArray:
                _writer.WriteStartArray();
                break;
            case JsonTokenType.EndObject:
                _writer.WriteEndObject();
                break;
            case JsonTokenType.EndArray:
                _writer.WriteEndArray();
                break;
            default:
                CopyScalar();
                break;
        }
    }

    private void CopyScalar()
    {
        var length = (int)(_reader.BytesConsumed - _reader.TokenStartIndex);
        if (_rule == Rule.Command && _reader.TokenType == JsonTokenType.String)
            _setsProperty = _reader.ValueTextEquals("qom-set"u8);
        if (_rule is Rule.MaskScalar or Rule.MaskAll)
            _writer.WriteStringValue(Masked);
        else if (_rule == Rule.FirstWord && _reader.TokenType == JsonTokenType.String)
            _writer.WriteStringValue(FirstWord(_reader.GetString()!));
        else if (length > ShownChars)
            _writer.WriteStringValue($"({length} bytes)");
        else
            _writer.WriteRawValue(_line.Slice((int)_reader.TokenStartIndex, length), skipInputValidation: true);
    }

    private Rule RuleOfName() =>
        Is("password"u8) || Is("passwd"u8) || Is("passphrase"u8) || Is("secret"u8) || Is("cookie"u8) ? Rule.MaskAll
        : _sensitive && (Is("arguments"u8) || Is("return"u8) || Is("desc"u8)) ? Rule.MaskAll
        : Is("data"u8) ? Rule.MaskScalar
        : Is("value"u8) && _setsProperty ? Rule.MaskAll
        : Is("command-line"u8) ? Rule.FirstWord
        : Is("execute"u8) || Is("exec-oob"u8) ? Rule.Command
        : Rule.Show;

    private readonly bool Is(ReadOnlySpan<byte> name) => _reader.ValueTextEquals(name);

    private static string FirstWord(string commandLine)
    {
        var trimmed = commandLine.TrimStart();
        var end = trimmed.AsSpan().IndexOfAny(' ', '\t');
        return end < 0 ? trimmed : $"{trimmed.AsSpan(0, end)} {Masked}";
    }
}
