using System.Buffers.Binary;
using System.Threading.Channels;

namespace Vmspawn;

/// <summary>
/// A file of the frames that the cards of a network and the network itself send, each once, also those that are lost on their way: libpcap's format, which Wireshark and
/// tcpdump read. Disposing it completes the file.
/// </summary>
public sealed class VmNetworkCapture : IAsyncDisposable
{
    private const int MostWaiting = 1024;

    private readonly Channel<(DateTimeOffset Time, byte[] Bytes)> _frames = Channel.CreateBounded<(DateTimeOffset, byte[])>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly IDisposable _tap;
    private long _lost;

    internal VmNetworkCapture(Func<Action<ReadOnlyMemory<byte>>, IDisposable> tap, Stream output, TimeProvider time)
    {
        Ended = WriteAsync(output);
        _tap = tap(frame =>
        {
            if (!_frames.Writer.TryWrite((time.GetUtcNow(), frame.ToArray())))
                Interlocked.Increment(ref _lost);
        });
    }

    /// <summary>How many frames are missing because the file was written more slowly than they came.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Completes when the file is complete; fails with an <see cref="IOException"/> when it cannot be written, after which nothing is added to it.</summary>
    public Task Ended { get; }

    /// <summary>Completes the file.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public async ValueTask DisposeAsync()
    {
        _tap.Dispose();
        _frames.Writer.TryComplete();
        await Ended.ConfigureAwait(false);
    }

    private async Task WriteAsync(Stream output)
    {
        await Task.Yield();
        await using var outputDisposal = output.ConfigureAwait(false);
        try
        {
            await output.WriteAsync(Header()).ConfigureAwait(false);
            while (await _frames.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (_frames.Reader.TryRead(out var frame))
                    await output.WriteAsync(Record(frame.Time, frame.Bytes)).ConfigureAwait(false);
                await output.FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _frames.Writer.TryComplete();
        }
    }

    /// <summary>The file's header: microseconds, version 2.4, Ethernet.</summary>
    private static byte[] Header()
    {
        var header = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), 1);
        return header;
    }

    private static byte[] Record(DateTimeOffset time, byte[] frame)
    {
        var record = new byte[16 + frame.Length];
        var microseconds = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(microseconds / 1_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), (uint)(microseconds % 1_000_000));
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), frame.Length);
        frame.CopyTo(record, 16);
        return record;
    }
}
