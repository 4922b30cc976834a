using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace Vmspawn.Qmp.Tests;

/// <summary>A transport in memory whose receives are exactly the pieces that the test gave it.</summary>
internal sealed class FakeTransport : IQmpTransport
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();
    private byte[] _rest = [];

    public List<string> Sent { get; } = [];

    /// <summary>What sending does beyond being recorded.</summary>
    public Func<string, CancellationToken, Task>? OnSend { get; set; }

    public bool Disposed { get; private set; }

    public void Give(string text) => Give(Encoding.UTF8.GetBytes(text));

    public void Give(byte[] piece) => _pieces.Writer.TryWrite(piece);

    public void GiveEnd() => _pieces.Writer.TryComplete();

    public void GiveFailure(Exception cause) => _pieces.Writer.TryComplete(cause);

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        Assert.False(buffer.IsEmpty);
        while (_rest.Length == 0)
        {
            if (!await _pieces.Reader.WaitToReadAsync(cancellation))
                return 0;
            _pieces.Reader.TryRead(out var piece);
            _rest = piece ?? [];
        }

        var count = Math.Min(_rest.Length, buffer.Length);
        _rest.AsSpan(0, count).CopyTo(buffer.Span);
        _rest = _rest[count..];
        return count;
    }

    public async ValueTask SendAsync(
        ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetString(bytes.Span);
        lock (Sent)
            Sent.Add(text);
        if (OnSend is not null)
            await OnSend(text, cancellation);
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
