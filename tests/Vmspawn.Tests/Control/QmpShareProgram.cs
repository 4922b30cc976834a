using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Vmspawn.Control.MonitorShare;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Control;

/// <summary>A program that writes raw QMP over its share of a monitor.</summary>
internal sealed class QmpShareProgram : IDisposable
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly UnixConnection _connection;
    private readonly DescriptorQueue _none = new(0);
    private readonly MemoryStream _unread = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private byte[] _bytes = [];
    private int _start;

    private QmpShareProgram(UnixConnection connection, Task<QmpShareEnd> served)
    {
        _connection = connection;
        Served = served;
    }

    /// <summary>The server's view of its end.</summary>
    public Task<QmpShareEnd> Served { get; }

    public static QmpShareProgram Connect(QmpShare share, CancellationToken stop = default)
    {
        var (connection, served) = Open(share, stop);
        return new QmpShareProgram(connection, served);
    }

    /// <summary>A program on a connection that another server serves.</summary>
    public static QmpShareProgram Over(UnixConnection connection) =>
        new(connection, new TaskCompletionSource<QmpShareEnd>().Task);

    /// <summary>The two sides of a share, for a client of another sort.</summary>
    public static (UnixConnection Connection, Task<QmpShareEnd> Served) Open(QmpShare share, CancellationToken stop = default)
    {
        var (theirs, ours) = UnixConnection.CreatePair();
        return (UnixConnection.Adopt(ours), ServeAsync());

        async Task<QmpShareEnd> ServeAsync()
        {
            await Task.Yield();
            using (theirs)
                return await share.ServeAsync(theirs, stop);
        }
    }

    /// <summary>A program past its handshake.</summary>
    public static async Task<QmpShareProgram> ReadyAsync(QmpShare share, CancellationToken stop = default)
    {
        var program = Connect(share, stop);
        Assert.StartsWith("""{"QMP": {"version": {""", await program.LineAsync());
        Assert.Equal("""{"return": {}}""", await program.AskAsync("""{"execute":"qmp_capabilities"}"""));
        return program;
    }

    public Task SendAsync(string text, params SafeHandle[] descriptors) => SendAsync(Encoding.UTF8.GetBytes(text), descriptors);

    public Task SendAsync(byte[] bytes, params SafeHandle[] descriptors) =>
        _connection.SendAsync(bytes, descriptors).AsTask().WaitAsync(Bound);

    public async Task<string> AskAsync(string command, params SafeHandle[] descriptors)
    {
        await SendAsync(command, descriptors);
        return await LineAsync();
    }

    /// <summary>The next line that is no event, parsed.</summary>
    public async Task<JsonElement> AnswerAsync()
    {
        while (true)
        {
            using var line = JsonDocument.Parse(await LineAsync());
            if (!line.RootElement.TryGetProperty("event", out _))
                return line.RootElement.Clone();
        }
    }

    /// <summary>The next line without its CRLF, which must be there.</summary>
    public async Task<string> LineAsync() => await LineOrEndAsync() ?? throw new EndOfStreamException("The share closed the connection.");

    /// <summary>The next line, or null at the end.</summary>
    public async Task<string?> LineOrEndAsync()
    {
        while (true)
        {
            var length = _bytes.AsSpan(_start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_bytes, _start, length);
                _start += length + 2;
                return line;
            }

            var count = await ReceiveAsync();
            if (count == 0)
                return _bytes.Length == _start ? null : throw new EndOfStreamException("It ended within a line.");
            _unread.SetLength(0);
            _unread.Write(_bytes.AsSpan(_start));
            _unread.Write(_buffer.AsSpan(0, count));
            (_bytes, _start) = (_unread.ToArray(), 0);
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _none.Dispose();
        _unread.Dispose();
    }

    private async Task<int> ReceiveAsync()
    {
        try
        {
            return await _connection.ReceiveAsync(_buffer, _none).AsTask().WaitAsync(Bound);
        }
        catch (LinuxException reset) when (reset.Errno == Errno.ECONNRESET)
        {
            return 0;
        }
    }
}
