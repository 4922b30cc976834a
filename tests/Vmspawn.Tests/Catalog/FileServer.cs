using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vmspawn.Tests;

/// <summary>A file of a <see cref="FileServer"/>.</summary>
/// <param name="Content">Its bytes.</param>
internal sealed record ServedFile(byte[] Content)
{
    public string? Tag { get; init; } = "\"1\"";

    public bool HasRanges { get; init; } = true;

    /// <summary>Closes the connection after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Sends no length: the end of the connection is the end of the file.</summary>
    public bool HidesLength { get; init; }

    /// <summary>Waits after <see cref="CutAfter"/> bytes instead of closing the connection.</summary>
    public bool Stalls { get; init; }

    public int Status { get; init; } = 200;
}

/// <summary>An HTTP server that misbehaves on wish.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    public FileServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What is served, by path.</summary>
    public ConcurrentDictionary<string, ServedFile> Files { get; } = new();

    /// <summary>The requests: path and range.</summary>
    public ConcurrentQueue<(string Path, string? Range)> Requests { get; } = new();

    /// <summary>Called after a response.</summary>
    public Action<string> Answered { get; set; } = _ => { };

    public Uri this[string path] => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}{path}");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await ServeAsync(client.GetStream());
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The client is gone, or the test has ended.
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        var path = (await reader.ReadLineAsync(_end.Token))?.Split(' ')[1] ?? "";
        string? range = null, condition = null;
        while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } line)
        {
            if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                range = line["Range: bytes=".Length..];
            else if (line.StartsWith("If-Range: ", StringComparison.OrdinalIgnoreCase))
                condition = line["If-Range: ".Length..];
        }

        Requests.Enqueue((path, range));
        var file = Files.TryGetValue(path, out var found) ? found : new ServedFile([]) { Status = 404 };
        var from = file.HasRanges && range is not null && condition == file.Tag ? int.Parse(range.TrimEnd('-'), CultureInfo.InvariantCulture) : 0;
        await stream.WriteAsync(Encoding.Latin1.GetBytes(Head(file, from)), _end.Token);
        var body = file.Content.AsMemory(from);
        var sent = file.CutAfter is { } cut ? body[..Math.Min(cut, body.Length)] : body;
        await stream.WriteAsync(file.Status == 200 ? sent : default, _end.Token);
        Answered(path);
        if (file.Stalls)
            await Task.Delay(Timeout.Infinite, _end.Token);
    }

    private static string Head(ServedFile file, int from)
    {
        var head = new StringBuilder();
        var size = file.Content.Length;
        head.Append(from > 0 ? "HTTP/1.1 206 Partial Content\r\n" : $"HTTP/1.1 {file.Status} Any\r\n");
        if (from > 0)
            head.Append(CultureInfo.InvariantCulture, $"Content-Range: bytes {from}-{size - 1}/{size}\r\n");
        if (!file.HidesLength)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {(file.Status == 200 ? size - from : 0)}\r\n");
        if (file.Tag is not null)
            head.Append(CultureInfo.InvariantCulture, $"ETag: {file.Tag}\r\n");
        return head.Append("Connection: close\r\n\r\n").ToString();
    }
}
