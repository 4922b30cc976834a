using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Images;

/// <summary>Writes empty qcow2 images: overlays for the writes of an ephemeral VM, and children of templates.</summary>
/// <remarks>
/// An overlay names no backing file: the backing node is on QEMU's command line, so that QEMU opens nothing by path.
/// Layout: QEMU, docs/interop/qcow2. One cluster each for header, refcount table and refcount block, then the L1 table.
/// </remarks>
internal static class QcowOverlay
{
    /// <summary>The largest supported size: 16 TiB.</summary>
    public const long MaxSize = 16L << 40;

    private const int ClusterBits = 16;
    private const int ClusterSize = 1 << ClusterBits;
    private const int HeaderLength = 104;
    private const int RefcountOrder = 4;
    private const long BytesPerL1Entry = (long)ClusterSize * (ClusterSize / 8);
    private const int FixedClusters = 3;

    /// <summary>Writes an empty qcow2 version 3 image without a backing file name into an empty file.</summary>
    /// <param name="file">An empty file, open for writing.</param>
    /// <param name="virtualSize">Bytes, a multiple of 512, from 512 to <see cref="MaxSize"/>: the virtual size of the backing image.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(SafeFileHandle file, long virtualSize) => Write(file, virtualSize, null);

    /// <summary>Writes a child of a template; its header contains the template's path, format and state.</summary>
    /// <inheritdoc cref="Write(SafeFileHandle, long)"/>
    /// <param name="file">An empty file, open for writing.</param>
    /// <param name="virtualSize">Bytes, a multiple of 512, from 512 to <see cref="MaxSize"/>; at least the template's.</param>
    /// <param name="template">The template.</param>
    public static void Write(SafeFileHandle file, long virtualSize, TemplateFacts? template)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(virtualSize, 512);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(virtualSize, MaxSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(virtualSize % 512, 0, nameof(virtualSize));

        var l1Entries = (int)((virtualSize + BytesPerL1Entry - 1) / BytesPerL1Entry);
        var l1Clusters = ((l1Entries * 8) + ClusterSize - 1) / ClusterSize;
        var clusters = FixedClusters + l1Clusters;

        // The rest is a hole, which reads as zero: "not allocated".
        RandomAccess.SetLength(file, (long)clusters * ClusterSize);
        RandomAccess.Write(file, Header(virtualSize, l1Entries, template), 0);
        RandomAccess.Write(file, RefcountTable(), ClusterSize);
        RandomAccess.Write(file, RefcountBlock(clusters), 2 * ClusterSize);
    }

    private static byte[] Header(long virtualSize, int l1Entries, TemplateFacts? template)
    {
        // Eight zero bytes end the list of extensions.
        var extensions = template is null ? new byte[8] : [.. template.Extensions(), .. new byte[8]];
        var name = template is null ? [] : template.Name;
        byte[] header = [.. new byte[HeaderLength], .. extensions, .. name];
        ReadOnlySpan<byte> magic = [(byte)'Q', (byte)'F', (byte)'I', 0xfb];
        magic.CopyTo(header);
        Put32(header, 4, 3);
        if (template is not null)
        {
            Put64(header, 8, (ulong)(HeaderLength + extensions.Length));
            Put32(header, 16, (uint)name.Length);
        }

        Put32(header, 20, ClusterBits);
        Put64(header, 24, (ulong)virtualSize);
        Put32(header, 36, (uint)l1Entries);
        Put64(header, 40, FixedClusters * ClusterSize);
        Put64(header, 48, ClusterSize);
        Put32(header, 56, 1);
        Put32(header, 96, RefcountOrder);
        Put32(header, 100, HeaderLength);
        return header;
    }

    private static byte[] RefcountTable()
    {
        var entry = new byte[8];
        Put64(entry, 0, 2 * ClusterSize);
        return entry;
    }

    private static byte[] RefcountBlock(int clusters)
    {
        var block = new byte[clusters * 2];
        for (var i = 0; i < clusters; i++)
            block[(i * 2) + 1] = 1;
        return block;
    }

    private static void Put32(byte[] target, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(target.AsSpan(offset), value);

    private static void Put64(byte[] target, int offset, ulong value) =>
        BinaryPrimitives.WriteUInt64BigEndian(target.AsSpan(offset), value);
}
