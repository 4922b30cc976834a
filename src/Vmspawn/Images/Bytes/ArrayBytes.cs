namespace Vmspawn.Images;

/// <summary>Bytes in memory.</summary>
internal sealed class ArrayBytes(byte[] bytes) : ByteSource
{
    public override long Length => bytes.Length;

    public override int Read(Span<byte> buffer, long offset)
    {
        if (offset >= bytes.Length)
            return 0;
        var count = (int)Math.Min(buffer.Length, bytes.Length - offset);
        bytes.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }
}
