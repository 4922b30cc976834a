using System.Buffers.Binary;

namespace Vmspawn.Images;

/// <summary>Recognises files that are probably not raw disks, for a warning: a raw disk could also start with these bytes.</summary>
internal static class ForeignFormat
{
    private const int VdiSignatureOffset = 0x40;
    private const uint VdiSignature = 0xbeda107f;

    /// <summary>What a file looks like, to follow "it looks like"; null for no known format.</summary>
    public static string? Guess(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("KDMV"u8) || head.StartsWith("# Disk DescriptorFile"u8))
            return "a VMDK image";
        if (head.Length >= VdiSignatureOffset + 4
            && BinaryPrimitives.ReadUInt32LittleEndian(head[VdiSignatureOffset..]) == VdiSignature)
        {
            return "a VDI image";
        }

        if (head.StartsWith("vhdxfile"u8))
            return "a VHDX image";
        if (head.StartsWith("conectix"u8))
            return "a VHD image";
        if (head.StartsWith("QED\0"u8))
            return "a QED image";
        return Compression.Guess(head) is { } program ? $"a {program} file" : null;
    }
}
