using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Images;

/// <summary>The bytes of an open file or block device, which stays the caller's.</summary>
/// <param name="file">Open for reading.</param>
/// <param name="length">Its length, which a block device does not tell by itself.</param>
internal sealed class FileBytes(SafeFileHandle file, long length) : ByteSource
{
    public override long Length => length;

    public override int Read(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(file, buffer[total..], offset + total) is > 0 and var count)
            total += count;
        return total;
    }
}
