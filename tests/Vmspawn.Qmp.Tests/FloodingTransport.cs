using System.Runtime.InteropServices;

namespace Vmspawn.Qmp.Tests;

/// <summary>A peer that has sent an event whenever it is asked, so that no receive ever waits.</summary>
internal sealed class FloodingTransport : IQmpTransport
{
    private static readonly byte[] Event =
        [.. """{"timestamp": {"seconds": 1, "microseconds": 0}, "event": "STOP"}"""u8, (byte)'\n'];

    public bool Disposed { get; private set; }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var count = Math.Min(buffer.Length, Event.Length);
        Event.AsSpan(0, count).CopyTo(buffer.Span);
        return ValueTask.FromResult(count);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, IReadOnlyList<SafeHandle>? descriptors, CancellationToken cancellation) =>
        ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
