using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>Writes a command without white space, because QEMU reads its monitor one byte at a time.</summary>
internal static class CommandWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = QmpMessage.MaxDepth,
    };

    /// <summary>One line with its LF.</summary>
    /// <exception cref="ArgumentException">The command has no name, or the arguments were left unfinished.</exception>
    public static ReadOnlyMemory<byte> Write(
        string command, Action<Utf8JsonWriter>? arguments, long id, bool outOfBand)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        var bytes = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            writer.WriteStartObject();
            writer.WriteString(outOfBand ? "exec-oob"u8 : "execute"u8, command);
            if (arguments is not null)
                WriteArguments(writer, arguments);
            writer.WriteNumber("id"u8, id);
            writer.WriteEndObject();
        }

        bytes.Write("\n"u8);
        return bytes.WrittenMemory;
    }

    private static void WriteArguments(Utf8JsonWriter writer, Action<Utf8JsonWriter> arguments)
    {
        writer.WriteStartObject("arguments"u8);
        var depth = writer.CurrentDepth;
        arguments(writer);
        if (writer.CurrentDepth != depth)
            throw new ArgumentException("The arguments' objects and arrays were not closed as opened.", nameof(arguments));
        writer.WriteEndObject();
    }
}
