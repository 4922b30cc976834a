using System.Buffers;

namespace Vmspawn.Varlink;

/// <summary>Bytes received and not yet consumed, in one growing buffer whose size is charged to a budget.</summary>
internal sealed class ReceiveBuffer(int limit, ByteBudget budget) : IDisposable
{
    private const int Least = 4096;
    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private int _scanned;

    public int Count => _end - _start;

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(_start, Count);

    /// <summary>Room for at least one byte, unless the limit is reached.</summary>
    public Memory<byte> Room()
    {
        if (_end == _bytes.Length)
            MakeRoom();
        return _bytes.AsMemory(_end, Math.Min(_bytes.Length - _end, limit - Count));
    }

    public void Added(int count) => _end += count;

    /// <summary>The length of the first message without its NUL, or -1 when it is not complete.</summary>
    public int FirstMessage()
    {
        // Each byte is scanned once, even if reads are small.
        var found = _bytes.AsSpan(_scanned, _end - _scanned).IndexOf((byte)0);
        if (found >= 0)
            return _scanned + found - _start;
        _scanned = _end;
        return -1;
    }

    public void Consume(int count)
    {
        _start += count;
        _scanned = _start;
        if (_start == _end)
            Release();
    }

    public void Dispose() => Release();

    private void MakeRoom()
    {
        if (_start > 0 && Count <= _bytes.Length / 2)
        {
            MoveTo(_bytes);
            return;
        }
        if (Count >= limit)
            return;
        var size = (int)Math.Clamp((long)_bytes.Length * 2, Least, Math.Max(limit, Least));
        var bigger = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            // The pool may return a larger array.
            budget.Take(bigger.Length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bigger);
            throw;
        }
        var old = _bytes;
        MoveTo(bigger);
        Return(old);
    }

    private void MoveTo(byte[] target)
    {
        var count = Count;
        _bytes.AsSpan(_start, count).CopyTo(target);
        _scanned -= _start;
        (_bytes, _start, _end) = (target, 0, count);
    }

    private void Release()
    {
        Return(_bytes);
        (_bytes, _start, _end, _scanned) = ([], 0, 0, 0);
    }

    private void Return(byte[] bytes)
    {
        if (bytes.Length == 0)
            return;
        budget.Return(bytes.Length);
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
