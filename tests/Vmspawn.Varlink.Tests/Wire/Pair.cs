using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Varlink.Tests;

/// <summary>Two connected sockets in one process.</summary>
internal sealed class Pair : IDisposable
{
    public Pair()
    {
        (Near, var far) = UnixConnection.CreatePair();
        Far = UnixConnection.Adopt(far);
    }

    public UnixConnection Near { get; }

    public UnixConnection Far { get; }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}

/// <summary>Sends and expects scripted bytes.</summary>
internal sealed class Script(UnixConnection connection) : IDisposable
{
    private readonly MessageReader _reader = new(connection, new VarlinkLimits(), ByteBudget.Unlimited);

    public UnixConnection Connection => connection;

    public static async Task<Script> ConnectAsync(string path) => new(await UnixConnection.ConnectAsync(path));

    /// <summary>Sends text in which <c>|</c> stands for NUL.</summary>
    public async Task SendAsync(string text) =>
        await connection.SendAsync(Encoding.UTF8.GetBytes(text.Replace('|', '\0')));

    /// <summary>The next message as it came, or null at the end.</summary>
    public async Task<string?> ReadAsync(double seconds = 10)
    {
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            using var message = await _reader.ReadAsync(timer.Token);
            return message?.Root.GetRawText();
        }
        catch (LinuxException e) when (e.Errno == Errno.ECONNRESET)
        {
            return null;
        }
    }

    public void Dispose()
    {
        connection.Dispose();
        _reader.Dispose();
    }
}
