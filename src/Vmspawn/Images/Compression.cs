namespace Vmspawn.Images;

/// <summary>Recognises compressed files by their first bytes.</summary>
internal static class Compression
{
    /// <summary>The program that writes this compression format, or null.</summary>
    public static string? Guess(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 8]))
            return "gzip";
        if (head.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]))
            return "xz";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]))
            return "zstd";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x04, 0x22, 0x4d, 0x18]) || head.StartsWith((ReadOnlySpan<byte>)[0x02, 0x21, 0x4c, 0x18]))
            return "lz4";
        return head.StartsWith("BZh"u8) ? "bzip2" : null;
    }
}
