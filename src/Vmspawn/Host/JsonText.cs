using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vmspawn.Host;

/// <summary>JSON as text. Characters outside of ASCII are not escaped, so that paths stay readable: the text is never part of a web page.</summary>
internal static class JsonText
{
    /// <summary>One value.</summary>
    /// <param name="write">Writes it.</param>
    /// <param name="indented">Over several lines, for people.</param>
    public static string Of(Action<Utf8JsonWriter> write, bool indented = false)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(bytes, options))
            write(writer);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
