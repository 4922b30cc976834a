using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Builds messages and sends each in one send with its descriptors.</summary>
internal static class OutgoingMessage
{
    // Unescaped, because parameters often contain non-ASCII names and are not used in HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A message: an object of a few properties and <c>parameters</c>, ended by NUL.</summary>
    public static ReadOnlyMemory<byte> Build<T>(
        T head,
        Action<Utf8JsonWriter, T> writeHead,
        Action<Utf8JsonWriter>? writeParameters,
        VarlinkLimits limits)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            writer.WriteStartObject();
            writeHead(writer, head);
            writer.WriteStartObject("parameters"u8);
            writeParameters?.Invoke(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        bytes.GetSpan(1)[0] = 0;
        bytes.Advance(1);
        if (bytes.WrittenCount > limits.MessageBytes)
            throw new InvalidOperationException($"A message of {bytes.WrittenCount} bytes is over the limit of {limits.MessageBytes}.");
        return bytes.WrittenMemory;
    }

    /// <exception cref="VarlinkProtocolException">The peer did not receive it in time; part of it may have been sent.</exception>
    public static async ValueTask SendAsync(
        UnixConnection connection,
        ReadOnlyMemory<byte> message,
        IReadOnlyList<SafeHandle>? descriptors,
        VarlinkLimits limits,
        CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limits.SendTime);
        try
        {
            await connection.SendAsync(message, descriptors, timer.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VarlinkProtocolException($"the peer did not take a message within {limits.SendTime.TotalSeconds} s");
        }
    }
}
