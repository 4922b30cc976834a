using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vmspawn.Tests.Build;

/// <summary>An HTTP server on the loopback interface that answers each request with the same text, or with 404 when there is none.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _served;
    private int _requests;

    public FileServer(string? text)
    {
        _listener.Start();
        Url = $"http://{_listener.LocalEndpoint}/dotnet-install.sh";
        _served = Serve(text);
    }

    public string Url { get; }

    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _served;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task Serve(string? text)
    {
        var answer = text is null
            ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\nConnection: close\r\n\r\n{text}";
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                Interlocked.Increment(ref _requests);
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
                {
                }
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed: no further client is served.
        }
    }
}
