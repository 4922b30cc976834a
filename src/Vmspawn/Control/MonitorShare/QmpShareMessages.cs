using System.Text.Json;

namespace Vmspawn.Control.MonitorShare;

/// <summary>Writes the messages to a program, with QEMU's spacing and order of members.</summary>
internal static class QmpShareMessages
{
    public static ReadOnlyMemory<byte> Greeting(ReadOnlySpan<byte> version) =>
        (byte[])[.. "{\"QMP\": {\"version\": "u8, .. version, .. ", \"capabilities\": []}}\r\n"u8];

    public static ReadOnlyMemory<byte> Return(ReadOnlySpan<byte> value, ReadOnlySpan<byte> id) => id.IsEmpty
        ? (byte[])[.. "{\"return\": "u8, .. value, .. "}\r\n"u8]
        : (byte[])[.. "{\"return\": "u8, .. value, .. ", \"id\": "u8, .. id, .. "}\r\n"u8];

    public static ReadOnlyMemory<byte> Error(ReadOnlySpan<byte> error, ReadOnlySpan<byte> id) => id.IsEmpty
        ? (byte[])[.. "{\"error\": "u8, .. error, .. "}\r\n"u8]
        : (byte[])[.. "{\"id\": "u8, .. id, .. ", \"error\": "u8, .. error, .. "}\r\n"u8];

    /// <param name="errorClass">A value of QEMU's QapiErrorClass, plain ASCII.</param>
    /// <param name="description">The error message.</param>
    /// <param name="id">The command's id, or empty.</param>
    public static ReadOnlyMemory<byte> Refusal(string errorClass, string description, ReadOnlySpan<byte> id)
    {
        var name = JsonEncodedText.Encode(errorClass).EncodedUtf8Bytes;
        var text = JsonEncodedText.Encode(
            description, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        return Error([.. "{\"class\": \""u8, .. name, .. "\", \"desc\": \""u8, .. text, .. "\"}"u8], id);
    }
}
