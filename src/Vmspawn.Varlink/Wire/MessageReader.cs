using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>
/// Splits received bytes into messages and assigns descriptors to them. A read
/// ends with the send that carried descriptors (unix(7)), and a sender uses a separate send for a message with
/// descriptors, so they belong to the message that contains the last byte of the read.
/// </summary>
internal sealed class MessageReader(UnixConnection connection, VarlinkLimits limits, ByteBudget budget) : IDisposable
{
    private readonly ReceiveBuffer _buffer = new(limits.MessageBytes, budget);
    private readonly DescriptorQueue _arriving = new(limits.Descriptors);
    private readonly Queue<(long LastByte, SafeFileHandle Handle)> _descriptors = new();
    private long _consumed;
    private VarlinkProtocolException? _fault;

    /// <summary>Received bytes, messages and descriptors that are not yet read.</summary>
    public (int Bytes, int Messages, int Descriptors) Waiting =>
        (_buffer.Count, System.MemoryExtensions.Count(_buffer.Bytes.Span, (byte)0), _descriptors.Count);

    /// <summary>The next message, or null at end of file after a complete message.</summary>
    public async ValueTask<ReceivedMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        CancellationTokenSource? timer = null;
        try
        {
            while (true)
            {
                var length = _buffer.FirstMessage();
                if (length >= 0)
                    return Cut(length);
                if (_buffer.Count >= limits.MessageBytes)
                    throw new VarlinkProtocolException($"a message is longer than {limits.MessageBytes} bytes");
                if (_buffer.Count > 0 && timer is null)
                {
                    timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    timer.CancelAfter(limits.ReceiveTime);
                }
                if (await FillAsync(timer?.Token ?? cancellationToken).ConfigureAwait(false))
                    continue;
                return _buffer.Count == 0 ? null : throw new VarlinkProtocolException("the peer ended within a message");
            }
        }
        catch (OperationCanceledException) when (timer is not null && !cancellationToken.IsCancellationRequested)
        {
            throw new VarlinkProtocolException($"a message was not complete after {limits.ReceiveTime.TotalSeconds} s");
        }
        finally
        {
            timer?.Dispose();
        }
    }

    /// <summary>Receives more bytes into the buffer.</summary>
    /// <returns>False at end of file.</returns>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_fault is not null)
            throw _fault;
        int count;
        try
        {
            count = await connection.ReceiveAsync(_buffer.Room(), _arriving, cancellationToken).ConfigureAwait(false);
        }
        catch (LinuxException e) when (e.Errno is Errno.EMSGSIZE or Errno.EMFILE)
        {
            _fault = new VarlinkProtocolException($"descriptors that cannot be kept: {e.Message}", e);
            throw _fault;
        }
        _buffer.Added(count);
        while (_arriving.Count > 0)
            _descriptors.Enqueue((_consumed + _buffer.Count - 1, _arriving.Take()));
        if (_descriptors.Count > 2 * limits.Descriptors)
            throw _fault = TooManyDescriptors();
        return count > 0;
    }

    /// <summary>Takes buffered bytes as bytes of another protocol.</summary>
    /// <returns>The number of bytes, or 0 when the buffer is empty.</returns>
    public int TakeRaw(Span<byte> target, DescriptorQueue received)
    {
        var count = Math.Min(target.Length, _buffer.Count);
        // Stops at the next descriptors, so that they stay with their bytes.
        if (_descriptors.TryPeek(out var first))
            count = (int)Math.Min(count, first.LastByte + 1 - _consumed);
        _buffer.Bytes.Span[..count].CopyTo(target);
        Consume(count);
        foreach (var handle in TakeDescriptors())
            received.TryAdd(handle);
        return count;
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _arriving.Dispose();
        while (_descriptors.TryDequeue(out var left))
            left.Handle.Dispose();
    }

    private ReceivedMessage Cut(int length)
    {
        // The descriptors are assigned by position, so the bytes are consumed afterwards.
        var bytes = _buffer.Bytes[..length];
        var end = _consumed + length + 1;
        var descriptors = new ReceivedDescriptors(TakeDescriptors(end));
        try
        {
            if (descriptors.Count > limits.Descriptors)
                throw TooManyDescriptors();
            var message = ReceivedMessage.Read(bytes.Span, descriptors, limits.Depth, budget);
            Consume(length + 1);
            return message;
        }
        catch
        {
            descriptors.Dispose();
            throw;
        }
    }

    private void Consume(int count)
    {
        _consumed += count;
        _buffer.Consume(count);
    }

    private SafeFileHandle[] TakeDescriptors() => TakeDescriptors(_consumed);

    private SafeFileHandle[] TakeDescriptors(long end)
    {
        List<SafeFileHandle>? taken = null;
        while (_descriptors.TryPeek(out var next) && next.LastByte < end)
            (taken ??= []).Add(_descriptors.Dequeue().Handle);
        return taken?.ToArray() ?? [];
    }

    private VarlinkProtocolException TooManyDescriptors() => new($"more than {limits.Descriptors} descriptors for one message");
}
