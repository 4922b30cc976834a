using System.Buffers;
using System.Text;
using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Guests.Agent;

/// <summary>
/// Requests to qemu-guest-agent: a line of JSON each, answered in order (qga/qapi-schema.json of QEMU). It has no greeting, so both sides synchronize by
/// guest-sync-delimited first. One request at a time.
/// </summary>
/// <param name="port">Our end of the port's socket, owned from now on.</param>
internal sealed class AgentRequests(UnixConnection port) : IDisposable
{
    /// <summary>The longest answer; those to our requests are short.</summary>
    private const int LongestAnswer = 1 << 20;

    /// <summary>Begins an answer to guest-sync-delimited, and makes the agent forget an incomplete request.</summary>
    private const byte Delimiter = 0xff;

    /// <summary>The agent answers at once, but may be one of many programs on a slow processor.</summary>
    private static readonly TimeSpan AnswerBound = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly DescriptorQueue _none = new(0);
    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>Drops what was left of earlier requests. Further requests can be made when this has completed.</summary>
    /// <param name="cancel">Cancels the wait.</param>
    /// <exception cref="TimeoutException">There was no answer.</exception>
    /// <exception cref="LinuxException">QEMU has closed the port.</exception>
    public Task SynchronizeAsync(CancellationToken cancel) => BoundedAsync("guest-sync-delimited", async limit =>
    {
        var id = (long)(RandomNumber.Next() >> 12);
        await port.SendAsync((byte[])[Delimiter], null, limit).ConfigureAwait(false);
        await SendAsync("guest-sync-delimited", writer => writer.WriteNumber("id"u8, id), limit).ConfigureAwait(false);
        while (true)
        {
            var line = await ReadLineAsync(limit).ConfigureAwait(false);
            var at = line.Span.LastIndexOf(Delimiter);
            if (at >= 0 && IsAnswer(line[(at + 1)..], id))
                return true;
        }
    }, cancel);

    /// <summary>Starts a text of /bin/sh in the guest.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keepsOutput">The agent keeps its output.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>Its process in the guest.</returns>
    /// <exception cref="AgentRefusalException">It refuses; distributions can forbid guest-exec.</exception>
    /// <inheritdoc cref="SynchronizeAsync"/>
    public async Task<long> StartAsync(string text, bool keepsOutput, CancellationToken cancel)
    {
        var answer = await AskAsync("guest-exec", writer =>
        {
            writer.WriteString("path"u8, "/bin/sh");
            writer.WriteStartArray("arg"u8);
            writer.WriteStringValue("-c"u8);
            writer.WriteStringValue(text);
            writer.WriteEndArray();
            writer.WriteBoolean("capture-output"u8, keepsOutput);
        }, cancel).ConfigureAwait(false);
        return answer.Number("pid") ?? throw new AgentRefusalException("it has not told the process of a command");
    }

    /// <summary>Runs a text of /bin/sh in the guest to its end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <returns>What it has written.</returns>
    /// <inheritdoc cref="StartAsync"/>
    public async Task<string> RunAsync(string text, CancellationToken cancel)
    {
        var process = await StartAsync(text, keepsOutput: true, cancel).ConfigureAwait(false);
        return await BoundedAsync("guest-exec-status", async limit =>
        {
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                var status = await AskAsync("guest-exec-status", writer => writer.WriteNumber("pid"u8, process), limit).ConfigureAwait(false);
                if (status.Flag("exited") == true)
                    return status.TryGetProperty("out-data"u8, out var data) && data.ValueKind == JsonValueKind.String && data.TryGetBytesFromBase64(out var bytes) ? Encoding.UTF8.GetString(bytes) : "";
                await Task.Delay(pause, limit).ConfigureAwait(false);
            }
        }, cancel).ConfigureAwait(false);
    }

    public void Dispose()
    {
        port.Dispose();
        _none.Dispose();
    }

    private static async Task<T> BoundedAsync<T>(string what, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(AnswerBound);
        try
        {
            return await work(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"{what} was not answered within {AnswerBound.TotalSeconds:0} s", late);
        }
    }

    private static bool IsAnswer(ReadOnlyMemory<byte> line, long id)
    {
        try
        {
            using var answer = JsonDocument.Parse(line);
            return answer.RootElement.Number("return") == id;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private Task<JsonElement> AskAsync(string command, Action<Utf8JsonWriter> arguments, CancellationToken cancel) => BoundedAsync(command, async limit =>
    {
        await SendAsync(command, arguments, limit).ConfigureAwait(false);
        var line = await ReadLineAsync(limit).ConfigureAwait(false);
        try
        {
            using var answer = JsonDocument.Parse(line);
            if (answer.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("return"u8, out var value))
                return value.Clone();
            var why = answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("error"u8, out var error) ? error.Text("desc") : null;
            throw new AgentRefusalException($"{command}: {PlainText.Of(why ?? "refused without a reason")}");
        }
        catch (JsonException wrong)
        {
            throw new AgentRefusalException($"{command}: its answer is no JSON", wrong);
        }
    }, cancel);

    private async Task SendAsync(string command, Action<Utf8JsonWriter> arguments, CancellationToken cancel)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("execute"u8, command);
            writer.WriteStartObject("arguments"u8);
            arguments(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        bytes.Write("\n"u8);
        await port.SendAsync(bytes.WrittenMemory, null, cancel).ConfigureAwait(false);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadLineAsync(CancellationToken cancel)
    {
        _line.ResetWrittenCount();
        while (true)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await port.ReceiveAsync(_buffer, _none, cancel).ConfigureAwait(false));
                if (_end == 0)
                    throw new LinuxException("recvmsg", null, Errno.ECONNRESET);
            }

            var rest = _buffer.AsMemory(_start, _end - _start);
            var at = rest.Span.IndexOf((byte)'\n');
            _line.Write(at < 0 ? rest.Span : rest.Span[..at]);
            _start = at < 0 ? _end : _start + at + 1;
            if (at >= 0)
                return _line.WrittenMemory;
            if (_line.WrittenCount > LongestAnswer)
                throw new AgentRefusalException("its answer is too long");
        }
    }
}

/// <summary>The agent does not do what it was asked for.</summary>
internal sealed class AgentRefusalException(string message, Exception? cause = null) : Exception(message, cause);
