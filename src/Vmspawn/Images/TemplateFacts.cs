using System.Buffers.Binary;
using System.Text;
using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary>The template that the header of a child records.</summary>
/// <param name="Path">Absolute path of the template, at most 1023 bytes.</param>
/// <param name="Format">Its format.</param>
/// <param name="Stamp">The template's state when the child was created.</param>
internal sealed record TemplateFacts(string Path, ImageFormat Format, TemplateStamp Stamp)
{
    private const int LongestName = 1023;

    /// <summary>The path as in the header.</summary>
    internal byte[] Name => Encoding.UTF8.GetBytes(Path);

    /// <summary>Whether the path fits into a header.</summary>
    internal bool IsNameable => Name.Length <= LongestName && BackingChain.Target("/", Path) == Path;

    /// <summary>The header extensions: the standard one for the format, and vmspawn's for the state.</summary>
    internal byte[] Extensions()
    {
        var stamp = new byte[16];
        BinaryPrimitives.WriteInt64BigEndian(stamp, Stamp.Size);
        BinaryPrimitives.WriteInt64BigEndian(stamp.AsSpan(8), Stamp.Modified);
        return
        [
            .. Extension(QcowHeader.BackingFormatExtension, Format == ImageFormat.Raw ? "raw"u8 : "qcow2"u8),
            .. Extension(QcowHeader.TemplateExtension, [.. stamp, .. Name]),
        ];
    }

    private static byte[] Extension(uint type, ReadOnlySpan<byte> content)
    {
        // Padded to a multiple of eight bytes.
        var bytes = new byte[8 + ((content.Length + 7) & ~7)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, type);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), content.Length);
        content.CopyTo(bytes.AsSpan(8));
        return bytes;
    }
}

/// <summary>The state of a template when a child was created: the child is valid for this state only.</summary>
/// <param name="Size">Bytes of the file.</param>
/// <param name="Modified">Modification time, in nanoseconds since 1970; 0 for a block device.</param>
internal readonly record struct TemplateStamp(long Size, long Modified);
